<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

final class Readme
{
    /** The README's code in a language, by its number: there are two blocks of PHP, and one of each other. */
    public static function block(string $language, int $number = 0): string
    {
        preg_match_all("/^```$language\n(.*?)^```/ms", file_get_contents(dirname(__DIR__, 2) . '/README.md'), $matches);
        return $matches[1][$number];
    }
}
