<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * Checks the machine and the PHP of the command line.
 *
 * @internal
 */
final class CommandLinePhp
{
    /** Used by serializers, compression, tests and benchmarks. */
    private const OPTIONAL = ['igbinary', 'msgpack', 'lzf', 'zstd', 'lz4', 'redis', 'pcntl'];

    public function __construct(private readonly Report $report)
    {
    }

    public function check(): void
    {
        $this->report->heading('PHP on the command line: ' . \PHP_BINARY);
        $this->report->ok('PHP ' . \PHP_VERSION); // the program refuses an older one
        if (\PHP_INT_SIZE === 8) {
            $this->report->ok('64 bits');
        } else {
            $this->report->missing('64 bits: this PHP has 32', 'Install a 64-bit PHP.');
        }
        if (\PHP_OS_FAMILY === 'Linux') {
            $this->report->ok('Linux');
        } else {
            $this->report->missing('Linux: this is ' . \PHP_OS_FAMILY, 'The library supports Linux only.');
        }
        $this->extension();
        $loaded = \array_filter(self::OPTIONAL, \extension_loaded(...));
        $absent = \array_diff(self::OPTIONAL, $loaded);
        $this->report->note('optional extensions: ' . (\implode(' ', $loaded) ?: 'none') . ' loaded, '
            . (\implode(' ', $absent) ?: 'none') . ' not loaded');
    }

    private function extension(): void
    {
        $enable = \strtolower((string) \ini_get('ffi.enable'));
        if (!\extension_loaded('ffi')) {
            $this->report->missing('the extension ffi', ServerSettingsCheck::EXTENSION);
        } elseif (\in_array($enable, ['', '0', 'off', 'no', 'false'], true)) {
            $this->report->missing(
                'ffi.enable=0: FFI is disabled',
                "Set ffi.enable=preload (PHP's default; it allows FFI on the command line) in one of\n" . \implode("\n", IniSettings::own()->files),
            );
        } else {
            $this->report->ok("the extension ffi, ffi.enable=$enable");
            if ($enable === 'preload') {
                $this->report->note('the built-in web server may not use FFI with ffi.enable=preload', 'Start it as: php -d ffi.enable=1 -S …');
            }
        }
    }
}
