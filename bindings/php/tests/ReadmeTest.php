<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Readme;

/** What the README shows works when pasted. PreloadTest runs its settings. */
final class ReadmeTest extends ClusterTestCase
{
    public function testUse(): void
    {
        [$first, $second] = array_column(array_values(self::config(2)['nodes']), 'port');
        $code = strtr(Readme::block('php'), ['6379' => $first, '6380' => $second]);
        $autoload = var_export(dirname(__DIR__) . '/autoload.php', true);

        // Each line that says what it answers is held to it.
        $code = preg_replace('~^(\$client->.*?); +// (.*?)(?:: .*)?$~m', 'check($2, $1);', $code, -1, $count);
        $check = 'function check($said, $answer) { if ($said !== $answer) { var_dump($said, $answer); exit(1); } }';
        self::assertSame(5, $count);
        self::assertSame([0, ''], Php::command([PHP_BINARY, '-r', "require $autoload; $check $code"]));
    }
}
