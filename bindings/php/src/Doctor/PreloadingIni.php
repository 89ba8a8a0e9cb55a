<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The lines of php.ini that preload this installation.
 *
 * @internal
 */
final class PreloadingIni
{
    public static function lines(Options $options): string
    {
        $user = $options->user ?? PhpFpm::find($options->program, $options->ini)?->users()[0] ?? 'www-data';
        return "; rediscluster, preloaded. Restart PHP after a change of these lines, of the package or of the library.\n"
            . self::aboutTheLibrary()
            . "ffi.enable=preload\n"
            . 'ffi.preload=' . Package::header() . "\n"
            . "opcache.enable=1\n"
            . 'opcache.preload=' . Package::preload() . "\n"
            . "opcache.preload_user=$user\n";
    }

    /** PHP does not start if the loader does not find what the header names. */
    private static function aboutTheLibrary(): string
    {
        if (self::loaderFinds()) {
            return '';
        }
        $places = [(string) \getenv('REDISCLUSTER_LIBRARY'), Package::folder() . '/lib/' . Package::SONAME];
        $file = \array_values(\array_filter($places, \is_file(...)))[0] ?? '/path/to/' . Package::SONAME;
        return "; The system's loader does not find " . Package::SONAME . ", and PHP would not start. Either install it (`make install`,\n"
            . "; then `ldconfig`), or make a copy of the header that names the file, and let ffi.preload name the copy:\n"
            . ";   sed 's|\"" . Package::SONAME . "\"|\"$file\"|' " . Package::header() . " >/etc/rediscluster.h\n";
    }

    private static function loaderFinds(): bool
    {
        if (!\extension_loaded('ffi')) {
            return true; // not to be known
        }
        try {
            \FFI::cdef('uint32_t rediscluster_abi_version(void);', Package::SONAME);
            return true;
        } catch (\FFI\Exception $exception) {
            return \str_contains($exception->getMessage(), 'ffi.enable');
        }
    }
}
