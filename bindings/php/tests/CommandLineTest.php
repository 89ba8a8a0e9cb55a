<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** Programs that run for long, as workers of queues do. */
final class CommandLineTest extends ClusterTestCase
{
    public function testAProgramOfManyThousandCommandsDoesNotGrow(): void
    {
        [$status, $output] = Php::run(__DIR__ . '/programs/endless.php');
        $grown = json_decode($output, true);

        self::assertSame(0, $status, $output);
        self::assertIsArray($grown, $output);
        self::assertGreaterThan(30_000, $grown['commands']);
        self::assertLessThan(4 << 10, $grown['php'], "bytes of PHP's memory");
        self::assertLessThan(512 << 10, $grown['resident'], 'bytes of memory');
        self::assertSame(0, $grown['files'], 'open files');
    }
}
