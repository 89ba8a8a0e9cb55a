<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** Programs that run for a long time, such as queue workers. */
final class LongRunningProgramTest extends ClusterTestCase
{
    public function testMemoryDoesNotGrowOverThousandsOfCommands(): void
    {
        [$status, $output] = Php::run(__DIR__ . '/programs/long_running.php');
        $growth = json_decode($output, true);

        self::assertSame(0, $status, $output);
        self::assertIsArray($growth, $output);
        self::assertGreaterThan(30_000, $growth['commands']);
        self::assertLessThan(4 << 10, $growth['php'], "growth of PHP's memory in bytes");
        self::assertLessThan(512 << 10, $growth['resident'], 'growth of the resident memory in bytes');
        self::assertSame(0, $growth['files'], 'growth of the number of open files');
    }
}
