<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

final class Readme
{
    /** The README's code in a language; it has one block of each. */
    public static function block(string $language): string
    {
        preg_match("/^```$language\n(.*?)^```/ms", file_get_contents(dirname(__DIR__, 2) . '/README.md'), $match);
        return $match[1];
    }
}
