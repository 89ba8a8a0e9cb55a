<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\CrossNodeException;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Methods about servers: some return a result for each server, others one result for all. */
final class ServerMethodsTest extends RedisClusterTestCase
{
    private const ALIASES = ['node_1', 'node_1_slave', 'node_2', 'node_2_slave', 'node_3', 'node_3_slave'];

    public function testAMasterWithoutASlaveAlsoFillsTheEntryOfItsSlave(): void
    {
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->ping());
        self::assertSame(array_fill_keys(self::ALIASES, 'hello'), $this->redis->ping('hello'));
        $times = $this->redis->time();
        self::assertSame(self::ALIASES, array_keys($times));
        self::assertSame($times['node_1'], $times['node_1_slave']);
        self::assertMatchesRegularExpression('/^\d{10}$/', $times['node_1'][0]);
    }

    public function testFlushesRunOnMastersAndReturnNullForSlaves(): void
    {
        $flushed = ['node_1' => true, 'node_1_slave' => null, 'node_2' => true, 'node_2_slave' => null, 'node_3' => true, 'node_3_slave' => null];
        foreach ([['flushDB', null], ['flushAll', null], ['flushdb', true], ['flushall', false]] as [$method, $async]) {
            $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3', 'd' => '4']);
            self::assertSame($flushed, $async === null ? $this->redis->$method() : $this->redis->$method($async));
            self::assertSame(0, $this->redis->dbSize());
        }
    }

    public function testInfoIsParsedLikePhpredis(): void
    {
        $this->redis->set('foo', 'bar');
        $info = $this->redis->info();
        self::assertSame(self::ALIASES, array_keys($info));
        self::assertIsInt($info['node_1']['uptime_in_seconds']);
        self::assertSame('master', $info['node_2']['role']);
        self::assertIsFloat($info['node_3']['mem_fragmentation_ratio']);
        $keyspaces = array_merge(...array_values($this->redis->info('keyspace')));
        self::assertStringStartsWith('keys=1,expires=0,avg_ttl=0', $keyspaces['db0']);
        self::assertArrayNotHasKey('role', $this->redis->info('memory')['node_1']);
    }

    /** @requires extension redis */
    public function testInfoAndClientListHaveTheFieldsAndTypesOfPhpredis(): void
    {
        ['host' => $host, 'port' => $port] = self::config()['nodes']['node_1'];
        $phpredis = new \Redis();
        $phpredis->connect($host, $port);
        foreach (['server', 'memory', 'stats', 'replication', 'cpu', 'clients', 'persistence'] as $section) {
            $expected = array_map(gettype(...), $phpredis->info($section));
            self::assertSame($expected, array_map(gettype(...), $this->redis->info($section)['node_1']), $section);
        }
        [$theirs, $ours] = [$phpredis->client('list')[0], $this->redis->client('list')['node_1'][0]];
        // phpredis 5.3 returns an empty name as 0, and negative numbers as strings.
        $types = array_replace(array_map(gettype(...), $theirs), ['name' => 'string', 'multi' => 'integer', 'redir' => 'integer']);
        self::assertSame($types, array_map(gettype(...), $ours));
        self::assertSame($phpredis->config('GET', 'maxmemory*'), $this->redis->config('GET', 'maxmemory*')['node_1']);
        self::assertSame($phpredis->role(), $this->redis->role()['node_1']);
    }

    public function testConfigReadsAndWritesAllServers(): void
    {
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->config('SET', 'slowlog-max-len', 64));
        self::assertSame(array_fill_keys(self::ALIASES, ['slowlog-max-len' => '64']), $this->redis->config('get', 'slowlog-max-len'));
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->config('SET', ['slowlog-max-len' => '128']));
        self::assertSame(array_fill_keys(self::ALIASES, false), $this->redis->config('SET', 'nonsense', '1'));
        self::assertStringContainsString('nonsense', $this->redis->getLastError());
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->config('RESETSTAT'));
        self::assertFalse($this->redis->config('nonsense', 'x'));
    }

    public function testSaveAndLastSaveRunOnAllServers(): void
    {
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->save());
        self::assertContainsOnly('int', $this->redis->lastSave());
    }

    public function testAServerWithSeveralAliasesReceivesOneCommand(): void
    {
        $nodes = self::config()['nodes'];
        $redis = new RedisCluster(['nodes' => ['node_1' => $nodes['node_1'], 'node_2' => $nodes['node_1'], 'node_3' => $nodes['node_2']]]);
        $redis->config('RESETSTAT');
        self::assertSame(array_fill_keys(self::ALIASES, true), $redis->bgSave(), 'a second BGSAVE at the same time would be rejected');
        $calls = fn (string $alias): string => $redis->info('commandstats')[$alias]['cmdstat_bgsave'];
        self::assertStringStartsWith('calls=1,', $calls('node_1'));
        self::assertSame($calls('node_1'), $calls('node_2'));
        $redis->mset(['a' => '1', 'b' => '2', 'c' => '3', 'd' => '4']);
        self::assertSame(4, $redis->dbSize());
        self::assertCount(4, $redis->keys('*'));
    }

    public function testKeysDbSizeAndRandomKeyReturnOneResultForAllServers(): void
    {
        $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3', 'd' => '4', 'e' => '5']);
        self::assertSame(5, $this->redis->dbSize());
        self::assertEqualsCanonicalizing(['a', 'b', 'c', 'd', 'e'], $this->redis->keys('*'));
        self::assertSame(['c'], $this->redis->getKeys('c*'));
        self::assertContains($this->redis->randomKey(), ['a', 'b', 'c', 'd', 'e']);
        $this->redis->flushAll();
        self::assertFalse($this->redis->randomKey());
        self::assertSame([], $this->redis->keys('*'));
    }

    public function testSelectChangesTheDatabaseOnAllServersOrNone(): void
    {
        $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3']);
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->select(4));
        self::assertSame(0, $this->redis->dbSize());
        self::assertSame(array_fill_keys(self::ALIASES, false), $this->redis->select(1_000_000));
        self::assertSame('ERR DB index is out of range', $this->redis->getLastError());
        self::assertSame(array_fill_keys(self::ALIASES, false), $this->redis->select(-1));
        self::assertSame(4, $this->redis->getDBNum());
        $this->redis->select(0);
        self::assertSame(3, $this->redis->dbSize());
    }

    public function testSelectOverridesTheDatabaseOfTheConfiguration(): void
    {
        $nodes = array_map(static fn (array $node): array => $node + ['db' => 3], self::config()['nodes']);
        $redis = new RedisCluster(['nodes' => $nodes]);
        $redis->set('foo', 'three');
        $redis->setSelectDB(0);
        self::assertFalse($redis->get('foo'));
    }

    public function testSlowLogAndClientReturnTheResultOfEachServer(): void
    {
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->slowLog('reset'));
        self::assertSame(array_fill_keys(self::ALIASES, 0), $this->redis->slowLog('len'));
        self::assertSame(array_fill_keys(self::ALIASES, []), $this->redis->slowLog('get', 10));
        self::assertFalse($this->redis->slowLog('nonsense'));
        self::assertIsInt($this->redis->client('list')['node_2'][0]['id']);
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->client('setname', 'app'));
        self::assertSame(array_fill_keys(self::ALIASES, 'app'), $this->redis->client('getname'));
        self::assertFalse($this->redis->client('kill', '127.0.0.1:1')['node_1']);
    }

    public function testAclWritesToAllServersAndReadsFromOne(): void
    {
        self::assertTrue($this->redis->acl('SETUSER', 'bob', 'on', '~*'));
        foreach ($this->client->each('ACL', 'USERS') as $users) {
            self::assertContains('bob', $users);
        }
        self::assertContains('on', $this->redis->acl('GETUSER', 'bob')['flags']);
        self::assertFalse($this->redis->acl('GETUSER', 'nobody'));
        self::assertSame(1, $this->redis->acl('DELUSER', 'bob'));
        self::assertSame('default', $this->redis->acl('WHOAMI'));
        self::assertSame(array_fill_keys(self::ALIASES, true), $this->redis->acl('LOG', 'RESET'));
        self::assertSame(array_fill_keys(self::ALIASES, []), $this->redis->acl('LOG'));
    }

    public function testSomeCommandsAboutServersReturnOneResult(): void
    {
        self::assertSame('hello', $this->redis->echo('hello'));
        self::assertSame(['a', 'b'], $this->redis->command('GETKEYS', 'mset', 'a', '1', 'b', '2'));
        self::assertGreaterThan(100, $this->redis->command('COUNT'));
        self::assertSame(0, $this->redis->wait(0, 1));
        self::assertFalse($this->redis->wait(-1, 1));
        $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3']);
        self::assertTrue($this->redis->swapdb(0, 1));
        self::assertSame(0, $this->redis->dbSize());
        self::assertSame('master', $this->redis->role()['node_3'][0]);
    }

    public function testSlaveofIsRejectedForSeveralServers(): void
    {
        self::assertInstanceOf(CrossNodeException::class, self::thrownBy(fn () => $this->redis->slaveof('127.0.0.1', 6379)));
        self::assertSame('master', $this->redis->role()['node_1'][0]);
    }

    public function testWithAMasterThatIsDownTheOthersReplyAndTheFailureIsLogged(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        $this->redis->mSet(['one' => '1', 'two' => '2', 'six' => '6']);
        $log = ini_set('error_log', $file = tempnam(sys_get_temp_dir(), 'log'));
        try {
            $replies = array_fill_keys(['node_1', 'node_1_slave', 'node_3', 'node_3_slave'], true);
            $none = ['node_2' => null, 'node_2_slave' => null];
            self::assertEquals($replies + $none, $redis->ping());
            self::assertStringStartsWith('node_2 (', $redis->getLastError());
            self::assertSame(1, substr_count(file_get_contents($file), 'RedisCluster: node_2 ('));
            self::assertEquals($none, array_filter($redis->info(), is_null(...)));
            [$ping, $set] = $redis->pipeline()->ping()->set($this->keyOn('node_1'), 'x')->exec();
            self::assertEquals([$replies + $none, true], [$ping, $set]);
            self::assertEquals(['node_1' => true, 'node_2' => null, 'node_3' => true], array_intersect_key($redis->flushDB(), self::config()['nodes']));
        } finally {
            ini_set('error_log', (string) $log);
            unlink($file);
        }
        self::assertSame(1, $this->redis->dbSize());
    }

    /** A number for all servers would be wrong without one of them. */
    public function testDbSizeAndKeysFailIfAMasterIsDown(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        self::assertSame('node_2', self::thrownBy(fn () => $redis->dbSize())->node);
        self::assertSame('node_2', self::thrownBy(fn () => $redis->keys('*'))->node);
    }

    public function testIfNoMasterCanBeReachedTheFailureIsThrown(): void
    {
        $redis = new RedisCluster(['nodes' => ['node_1' => ['host' => '127.0.0.1', 'port' => self::freePort()]]]);
        self::assertSame('node_1', self::thrownBy(fn () => $redis->ping())->node);
    }

    public function testASlaveThatIsDownHasTheResultNull(): void
    {
        $config = self::config(2);
        $config['nodes']['node_3'] = ['host' => '127.0.0.1', 'port' => self::freePort()];
        $config['nodes']['node_4'] = self::config()['nodes']['node_2'];
        $redis = new RedisCluster($config + ['master_of' => ['node_1' => 'node_3', 'node_2' => 'node_4']]);
        self::assertSame(['node_1' => true, 'node_1_slave' => null, 'node_2' => true, 'node_2_slave' => true], $redis->ping());
    }

    public function testAWrongPasswordChangesNothing(): void
    {
        $thrown = self::thrownBy(fn () => $this->redis->auth(['nobody', 'wrong']));
        self::assertInstanceOf(\RedisException::class, $thrown);
        self::assertStringStartsWith('WRONGPASS', $thrown->getMessage());
        self::assertTrue($this->redis->set('foo', 'bar'));
        self::assertNull($this->redis->getAuth());
        $this->redis->acl('SETUSER', 'bob', 'on', '>secret', '~*', '&*', '+@all');
        self::assertTrue($this->redis->auth(['bob', 'secret']));
        self::assertSame('bob', $this->redis->acl('WHOAMI'));
        self::assertSame(['bob', 'secret'], $this->redis->getAuth());
        $this->client->each('ACL', 'DELUSER', 'bob');
    }
}
