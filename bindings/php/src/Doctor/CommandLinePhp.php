<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The machine and the command line's PHP.
 *
 * @internal
 */
final class CommandLinePhp
{
    /** What serializers, compression and comparisons can make use of. */
    private const USEFUL = ['igbinary', 'msgpack', 'lzf', 'zstd', 'lz4', 'redis', 'pcntl'];

    public function __construct(private readonly Report $report)
    {
    }

    public function examine(): void
    {
        $this->report->heading('PHP on the command line: ' . \PHP_BINARY);
        $this->report->ok('PHP ' . \PHP_VERSION); // an older one does not come here
        if (\PHP_INT_SIZE === 8) {
            $this->report->ok('64 bits');
        } else {
            $this->report->missing('64 bits: this PHP has 32', 'Install a PHP of 64 bits.');
        }
        if (\PHP_OS_FAMILY === 'Linux') {
            $this->report->ok('Linux');
        } else {
            $this->report->missing('Linux: this is ' . \PHP_OS_FAMILY, 'The library is made for Linux only.');
        }
        $this->extension();
        $loaded = \array_filter(self::USEFUL, \extension_loaded(...));
        $absent = \array_diff(self::USEFUL, $loaded);
        $this->report->note('extensions that are not needed: ' . (\implode(' ', $loaded) ?: 'none') . ' there, '
            . (\implode(' ', $absent) ?: 'none') . ' not there');
    }

    private function extension(): void
    {
        $enable = \strtolower((string) \ini_get('ffi.enable'));
        if (!\extension_loaded('ffi')) {
            $this->report->missing('the extension ffi', ServerSettingsCheck::EXTENSION);
        } elseif (\in_array($enable, ['', '0', 'off', 'no', 'false'], true)) {
            $this->report->missing(
                'ffi.enable=0: FFI is switched off',
                "ffi.enable=preload (PHP's own default; the command line may use FFI then) in one of\n" . \implode("\n", IniSettings::own()->files),
            );
        } else {
            $this->report->ok("the extension ffi, ffi.enable=$enable");
        }
    }
}
