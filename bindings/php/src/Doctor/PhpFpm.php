<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * Reads the settings of PHP-FPM. It is run with options that print and exit.
 *
 * @internal
 */
final class PhpFpm
{
    private function __construct(public readonly string $program, private readonly ?string $ini)
    {
    }

    /** The given program, else that of the same version as this PHP, else any. */
    public static function find(?string $program, ?string $ini): ?self
    {
        $names = $program !== null && $program !== ''
            ? [$program]
            : ['php-fpm' . \PHP_MAJOR_VERSION . '.' . \PHP_MINOR_VERSION, 'php-fpm'];
        foreach ($names as $name) {
            if (($found = Process::find($name)) !== null) {
                return new self($found, $ini);
            }
        }
        return null;
    }

    /** @return array{IniSettings, ?string} the settings, and the reason if it does not start */
    public function settings(): array
    {
        [, $output] = $this->run('-i');
        if (\str_contains($output, 'Loaded Configuration File')) {
            return [IniSettings::fromInfo($output), null];
        }
        // It preloads before it prints, and failed. Read the preloading settings from the files, and the others without preloading.
        [, $info] = $this->run('-d', 'ffi.preload=', '-d', 'opcache.preload=', '-i');
        $settings = IniSettings::fromInfo($info);
        return [$settings->withPreloadingFrom(IniSettings::fromFiles($settings->files)), self::reason($output)];
    }

    /** @return list<string> the users of the pools, if it prints them */
    public function users(): array
    {
        [, $output] = $this->run('-d', 'ffi.preload=', '-d', 'opcache.preload=', '-tt');
        \preg_match_all('/NOTICE: \s*user = (\S+)$/m', $output, $matches);
        return \array_values(\array_unique(\array_diff($matches[1], ['undefined'])));
    }

    /** @return array{int, string} */
    private function run(string ...$options): array
    {
        return Process::run([$this->program, ...($this->ini === null ? [] : ['-c', $this->ini]), ...$options]);
    }

    private static function reason(string $output): string
    {
        \preg_match_all('/(?:Warning:|Fatal error:?|ERROR:) +(.*)/i', \strip_tags($output), $matches);
        return \implode("\n", \array_unique($matches[1])) ?: \trim($output);
    }
}
