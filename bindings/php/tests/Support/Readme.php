<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

final class Readme
{
    /** The README's code in a language, by its number: there are four blocks of PHP, and one of each other. */
    public static function block(string $language, int $number = 0): string
    {
        preg_match_all("/^```$language(?: ignore)?\n(.*?)^```/ms", file_get_contents(dirname(__DIR__, 2) . '/README.md'), $matches);
        return $matches[1][$number];
    }

    /**
     * The README's settings for preloading.
     *
     * @return array<string, string>
     */
    public static function preloading(string $package, ?string $user): array
    {
        $settings = parse_ini_string(strtr(self::block('ini'), ['/path/to/vendor/rediscluster/rediscluster' => $package]), scanner_mode: INI_SCANNER_RAW);
        if (!isset($settings['opcache.preload_user'])) {
            throw new \RuntimeException('README.md does not name opcache.preload_user');
        }
        return array_filter(['opcache.preload_user' => $user] + $settings, is_string(...));
    }
}
