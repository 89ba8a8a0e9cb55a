<?php

declare(strict_types=1);

namespace RedisCluster\Install;

/**
 * Installs a prebuilt library into the package: the file for this kind of machine from a folder or URL that `make dist` filled.
 *
 * @internal
 */
final class LibraryInstaller
{
    private const HELP = <<<'TEXT'
        Installs a prebuilt library into this package, for machines without Rust.

          rediscluster-library SOURCE [--sha256=CHECKSUM]

        SOURCE is a folder, or the URL of one, with the files of `make dist`: librediscluster-VERSION-ARCHITECTURE-LIBC.so
        and SHA256SUMS. The newest version for this machine is installed if its checksum is right. With --sha256, it must
        also be that checksum, which does not come from SOURCE.

        TEXT;

    /** The file that is installed, and that the package loads. It need not exist. */
    public static function target(): string
    {
        return \dirname(__DIR__, 2) . '/lib/' . self::platform() . '/librediscluster.so.1';
    }

    /**
     * @param list<string> $words the command line, without the command
     * @return int the exit status
     */
    public static function main(array $words): int
    {
        $sources = \array_values(\array_filter($words, static fn (string $word): bool => !\str_starts_with($word, '-')));
        $options = \array_values(\array_diff($words, $sources));
        $isValid = \count($sources) === 1 && \count($options) <= 1 && \preg_match('/^--sha256=[0-9a-f]{64}$/i', $options[0] ?? '--sha256=' . \str_repeat('0', 64));
        if (!$isValid) {
            echo self::HELP;
            return \in_array($words, [['--help'], ['-h']], true) ? 0 : 2;
        }
        try {
            echo self::install($sources[0], isset($options[0]) ? \strtolower(\substr($options[0], \strlen('--sha256='))) : null), "\n";
            return 0;
        } catch (\RuntimeException $exception) {
            \fwrite(\STDERR, 'rediscluster-library: ' . $exception->getMessage() . "\n");
            return 1;
        }
    }

    /** @return string what was installed */
    private static function install(string $source, ?string $required): string
    {
        $source = \rtrim($source, '/');
        [$name, $checksum] = self::newest(self::read("$source/SHA256SUMS"), $source);
        $bytes = self::read("$source/$name");
        $actual = \hash('sha256', $bytes);
        foreach ([$checksum, $required ?? $checksum] as $expected) {
            if (!\hash_equals($expected, $actual)) {
                throw new \RuntimeException("$source/$name has the checksum $actual, not $expected: it is not installed");
            }
        }
        $target = self::target();
        if (!\is_dir(\dirname($target)) && !@\mkdir(\dirname($target), 0755, true)) {
            throw new \RuntimeException('the folder ' . \dirname($target) . ' cannot be made');
        }
        // Renamed, because a process may have loaded the old file.
        $temporary = "$target." . \bin2hex(\random_bytes(6));
        if (@\file_put_contents($temporary, $bytes) !== \strlen($bytes) || !\chmod($temporary, 0755) || !\rename($temporary, $target)) {
            @\unlink($temporary);
            throw new \RuntimeException("$target cannot be written");
        }
        return "$name is installed as $target";
    }

    /** @return array{string, string} name and checksum of the newest file for this machine */
    private static function newest(string $sums, string $source): array
    {
        $platform = self::platform();
        \preg_match_all('/^([0-9a-f]{64})[ *]+(librediscluster-([^\s\/]+)-' . \preg_quote($platform, '/') . '\.so)$/m', $sums, $files, \PREG_SET_ORDER);
        if ($files === []) {
            throw new \RuntimeException("$source/SHA256SUMS has no library for $platform");
        }
        \usort($files, static fn (array $one, array $other): int => \version_compare($other[3], $one[3]));
        return [$files[0][2], $files[0][1]];
    }

    private static function read(string $file): string
    {
        $bytes = @\file_get_contents($file);
        return $bytes === false ? throw new \RuntimeException("$file cannot be read") : $bytes;
    }

    /** Architecture and C library, such as `x86_64-gnu`. */
    private static function platform(): string
    {
        $isMusl = \str_contains((string) @\file_get_contents('/proc/self/maps'), '/ld-musl-');
        return \php_uname('m') . ($isMusl ? '-musl' : '-gnu');
    }
}
