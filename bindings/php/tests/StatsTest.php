<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Tests\Support\ClusterTestCase;

/** stats() */
final class StatsTest extends ClusterTestCase
{
    public function testItCountsWhatEachServerDoes(): void
    {
        $client = new Client(self::config(), shared: false);
        $key = $this->keyOn('node_2');
        for ($call = 0; $call < 32; $call++) {
            $client->command('SET', $key, 'value');
        }
        $stats = $client->stats();
        self::assertSame(['node_1', 'node_2', 'node_3'], \array_keys($stats));
        self::assertSame(['open' => 0, 'idle' => 0, 'awaited' => 0, 'opened' => 0], $stats['node_1']['connections']);
        self::assertSame(['open' => 1, 'idle' => 1, 'awaited' => 0, 'opened' => 1], $stats['node_2']['connections']);
        self::assertSame(['master', 'node_2', null, 'closed', null, null], [
            $stats['node_2']['role'],
            $stats['node_2']['master'],
            $stats['node_2']['refusal'],
            $stats['node_2']['breaker'],
            $stats['node_2']['reason'],
            $stats['node_2']['unavailable_ms'],
        ]);
        // The role was asked for, too.
        self::assertGreaterThan(32, $stats['node_2']['commands']);
        self::assertGreaterThan(32 * \strlen("SET$key"), $stats['node_2']['bytes_sent']);
        self::assertGreaterThanOrEqual(32 * \strlen("+OK\r\n"), $stats['node_2']['bytes_received']);
        self::assertSame(0, \array_sum($stats['node_2']['errors']));
        self::assertGreaterThanOrEqual(1, \array_sum($stats['node_2']['latency_us']));
    }

    public function testItCountsErrors(): void
    {
        $client = new Client(self::configWithDeadNode('node_1'), shared: false);
        $key = $this->keyOn('node_1');
        for ($call = 0; $call < 4; $call++) {
            self::assertInstanceOf(ConnectionException::class, self::thrownBy(static fn() => $client->command('SET', $key, 'value')));
        }
        $stats = $client->stats();
        self::assertSame('open', $stats['node_1']['breaker']);
        self::assertStringContainsString('cannot connect', $stats['node_1']['reason']);
        self::assertSame(['connect' => 2, 'unavailable' => 2], \array_filter($stats['node_1']['errors']));
        self::assertSame([], \array_filter($stats['node_2']['errors']));
    }
}
