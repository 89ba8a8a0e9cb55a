<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

final class Readme
{
    /** The nth code block of a language in README.md, from 0. */
    public static function block(string $language, int $number = 0): string
    {
        preg_match_all("/^```$language(?: ignore)?\n(.*?)^```/ms", file_get_contents(dirname(__DIR__, 2) . '/README.md'), $matches);
        return $matches[1][$number];
    }

    /**
     * The php.ini settings for preloading in README.md.
     *
     * @return array<string, string>
     */
    public static function preloadSettings(string $package, ?string $user): array
    {
        $settings = parse_ini_string(strtr(self::block('ini'), ['/path/to/vendor/rediscluster/rediscluster' => $package]), scanner_mode: INI_SCANNER_RAW);
        if (!isset($settings['opcache.preload_user'])) {
            throw new \RuntimeException('the ini block of README.md does not set opcache.preload_user');
        }
        return array_filter(['opcache.preload_user' => $user] + $settings, is_string(...));
    }
}
