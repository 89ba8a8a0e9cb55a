<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

final class SignalTest extends ClusterTestCase
{
    public function testSignalHandlersMayUseTheClientThatTheyInterrupt(): void
    {
        self::assertSame([0, "0 mistakes, many signals\n"], Php::run(__DIR__ . '/programs/signals.php'));
    }
}
