<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Client;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Two masters and a slave: the third server is a writable replica of node_1. */
final class SlavesTest extends RedisClusterTestCase
{
    private Client $master;
    private Client $slave;

    protected function setUp(): void
    {
        parent::setUp();
        $this->redis = new RedisCluster(self::config(2));
        $this->master = self::clientOf('node_1');
        $this->slave = self::clientOf('node_3');
        $this->master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
        $this->slave->command('CONFIG', 'SET', 'replica-read-only', 'no');
        $this->slave->command('REPLICAOF', '127.0.0.1', self::config()['nodes']['node_1']['port']);
        self::assertSame(1, $this->master->command('WAIT', 1, 20_000));
    }

    protected function tearDown(): void
    {
        $this->slave->command('REPLICAOF', 'NO', 'ONE');
        $this->slave->command('CONFIG', 'SET', 'replica-read-only', 'yes');
        $this->master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 5);
    }

    public function testADiscoveredSlaveIsInThePublicConfiguration(): void
    {
        $nodes = self::config()['nodes'];
        $redis = new RedisCluster(self::config(2, ['connect_timeout' => 4]));
        self::assertSame(['node_1_slave' => $nodes['node_3'], 'node_2_slave' => $nodes['node_2']], $redis->cluster['slaves']);
    }

    public function testASlaveReturnsItsOwnResult(): void
    {
        $redis = new RedisCluster(self::config(2, ['connect_timeout' => 3]));
        $redis->ping();
        $roles = array_column($redis->role(), 0);
        self::assertSame(['master', 'slave', 'master', 'master'], $roles);
        self::assertSame(['node_1', 'node_1_slave', 'node_2', 'node_2_slave'], array_keys($redis->info()));
    }

    public function testWithMastersOnlyTheMastersFillTheEntriesOfTheirSlaves(): void
    {
        $redis = new RedisCluster(self::config(2), 0, true);
        self::assertSame(['master', 'master', 'master', 'master'], array_column($redis->role(), 0));
    }

    public function testASlaveConfiguredAsMasterIsRejected(): void
    {
        $nodes = self::config()['nodes'];
        $redis = new RedisCluster(['nodes' => ['node_1' => $nodes['node_3'], 'node_2' => $nodes['node_2']]]);
        $thrown = self::thrownBy(fn () => $redis->mset(['a' => '1', 'b' => '2', 'c' => '3', 'd' => '4']));
        self::assertInstanceOf(\RedisException::class, $thrown);
        self::assertStringContainsString('node_1', $thrown->getMessage());
    }

    /** A value that only the slave has shows which server was read. */
    public function testReadsGoToMastersWhileKeysAreWatched(): void
    {
        $redis = new RedisCluster(self::config(2, ['connect_timeout' => 2]));
        $key = $this->keyOnFirstOfTwo();
        $redis->ping();
        $this->slave->command('SET', $key, 'stale');
        self::assertSame('stale', $redis->get($key));
        $redis->watch($key);
        self::assertFalse($redis->get($key));
        $redis->unwatch();
        self::assertSame('stale', $redis->get($key));
        $redis->watch($key);
        self::assertSame([false], $redis->multi()->get($key)->exec());
        self::assertSame('stale', $redis->get($key));
    }

    private function keyOnFirstOfTwo(): string
    {
        for ($i = 0;; $i++) {
            if (key($this->redis->getnodefor("key$i")) === 'node_1') {
                return "key$i";
            }
        }
    }

    /** A client of one server without role checks, which would reject a replica as a master. */
    private static function clientOf(string $alias): Client
    {
        $node = self::config()['nodes'][$alias];
        return new Client(['nodes' => ['node_1' => $node], 'refresh_interval' => 0, 'read_timeout' => 30], shared: false);
    }
}
