<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

use RedisCluster\Library;

/**
 * The files of this installation.
 *
 * @internal
 */
final class Package
{
    public const SONAME = 'librediscluster.so.' . Library::ABI;

    public static function folder(): string
    {
        return \dirname(__DIR__, 2);
    }

    public static function header(): string
    {
        return self::folder() . '/include/rediscluster_ffi.h';
    }

    public static function preload(): string
    {
        return self::folder() . '/preload.php';
    }

    /** Whether a header has the declarations of the package's header. The path of the library may differ. */
    public static function hasSameDeclarations(string $header): bool
    {
        return self::declarations($header) === self::declarations(self::header());
    }

    /** The library that a header loads. */
    public static function libraryOf(string $header): ?string
    {
        $text = (string) @\file_get_contents($header);
        return \preg_match('/^\s*#define\s+FFI_LIB\s+"([^"]*)"/m', $text, $match) ? $match[1] : null;
    }

    private static function declarations(string $header): string
    {
        $text = (string) @\file_get_contents($header);
        return (string) \preg_replace(['/^\s*#define\s+FFI_LIB\s.*$/m', '/\s+/'], ['', ' '], $text);
    }
}
