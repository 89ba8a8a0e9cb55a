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
        return "; Preloads rediscluster. Restart PHP after a change to these lines, the package or the library.\n"
            . self::libraryComment()
            . "ffi.enable=preload\n"
            . 'ffi.preload=' . Package::header() . "\n"
            . "opcache.enable=1\n"
            . 'opcache.preload=' . Package::preload() . "\n"
            . "opcache.preload_user=$user\n";
    }

    /** PHP does not start if the loader does not find the library that the header loads. */
    private static function libraryComment(): string
    {
        if (self::loaderFinds()) {
            return '';
        }
        $candidates = [(string) \getenv('REDISCLUSTER_LIBRARY'), Package::folder() . '/lib/' . Package::SONAME];
        $file = \array_values(\array_filter($candidates, \is_file(...)))[0] ?? '/path/to/' . Package::SONAME;
        return "; The system's loader does not find " . Package::SONAME . ", so PHP would not start. Install it (`make install`, then\n"
            . "; `ldconfig`), or write its path to a copy of the header, and set ffi.preload to the copy:\n"
            . ";   sed 's|\"" . Package::SONAME . "\"|\"$file\"|' " . Package::header() . " >/etc/rediscluster_ffi.h\n";
    }

    private static function loaderFinds(): bool
    {
        if (!\extension_loaded('ffi')) {
            return true; // unknown
        }
        try {
            \FFI::cdef('uint32_t rediscluster_abi_version(void);', Package::SONAME);
            return true;
        } catch (\FFI\Exception $exception) {
            return \str_contains($exception->getMessage(), 'ffi.enable');
        }
    }
}
