<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The settings of a PHP, from php.ini and the additional files.
 *
 * @internal
 */
final class IniSettings
{
    private const DEFAULTS = [
        'ffi.enable' => 'preload',
        'ffi.preload' => '',
        'opcache.enable' => '1',
        'opcache.preload' => '',
        'opcache.preload_user' => '',
    ];

    /**
     * @param array<string, string> $values
     * @param list<string>          $files      that were read
     * @param ?list<string>         $extensions lower-case; null: unknown
     */
    private function __construct(
        private readonly array $values,
        public readonly array $files,
        public readonly ?array $extensions,
    ) {
    }

    /** The settings of the running PHP. */
    public static function own(): self
    {
        $values = \array_map(static fn (string $name): string => (string) \ini_get($name), \array_combine(
            \array_keys(self::DEFAULTS),
            \array_keys(self::DEFAULTS),
        ));
        $scanned = \array_map(\trim(...), \explode(',', (string) \php_ini_scanned_files()));
        $files = \array_values(\array_filter([(string) \php_ini_loaded_file(), ...$scanned]));
        return new self($values, $files, \array_map(\strtolower(...), \get_loaded_extensions()));
    }

    /** From the text output of phpinfo(). */
    public static function fromInfo(string $info): self
    {
        $values = $files = [];
        foreach (\array_keys(self::DEFAULTS) as $name) {
            if (\preg_match('/^' . \preg_quote($name, '/') . ' => (.*) => .*$/m', $info, $match)) {
                $values[$name] = $match[1] === 'no value' ? '' : $match[1];
            }
        }
        if (\preg_match('/^Loaded Configuration File => (\/.*)$/m', $info, $match)) {
            $files[] = $match[1];
        }
        if (\preg_match('/^Additional \.ini files parsed => (.*?)\n\n?[A-Z]/ms', $info, $match)) {
            \array_push($files, ...\array_filter(\array_map(\trim(...), \explode(',', $match[1])), \is_file(...)));
        }
        $extensions = [];
        if (\preg_match('/^FFI support => enabled/m', $info)) {
            $extensions[] = 'ffi';
        }
        if (isset($values['opcache.enable'])) {
            $extensions[] = 'zend opcache';
        }
        return new self($values + self::DEFAULTS, $files, $extensions);
    }

    /** @param list<string> $files later files override earlier ones */
    public static function fromFiles(array $files): self
    {
        $values = [];
        foreach ($files as $file) {
            $values = \array_merge($values, (array) @\parse_ini_file($file, scanner_mode: \INI_SCANNER_RAW));
        }
        $values = \array_intersect_key($values, self::DEFAULTS);
        return new self(\array_map(\strval(...), $values) + self::DEFAULTS, $files, null);
    }

    /** A copy with the preloading settings of another object. */
    public function withPreloadingFrom(self $other): self
    {
        $names = ['ffi.preload' => 0, 'opcache.preload' => 0];
        return new self(\array_intersect_key($other->values, $names) + $this->values, $this->files, $this->extensions);
    }

    public function get(string $name): string
    {
        return $this->values[$name];
    }

    public function isOn(string $name): bool
    {
        return \in_array(\strtolower($this->get($name)), ['1', 'on', 'yes', 'true'], true);
    }
}
