<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

final class ForkTest extends ClusterTestCase
{
    /**
     * @testWith ["shared"]
     *           ["own"]
     *           ["drop-in"]
     */
    public function testParentAndChildrenMayUseOneClientAtTheSameTime(string $kind): void
    {
        [$status, $output] = Php::run(__DIR__ . '/programs/fork.php', [$kind]);

        self::assertSame([0, "0 mistakes\n"], [$status, $output]);
    }
}
