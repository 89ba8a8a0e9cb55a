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

    /** PHP 8.4 itself crashes if this happens during a call of an FFI function. */
    public function testSignalHandlersMayThrowAndTakeBacktraces(): void
    {
        self::assertSame([0, "0 mistakes, many signals, async signals are on\n"], Php::run(__DIR__ . '/programs/signals_that_throw.php'));
    }
}
