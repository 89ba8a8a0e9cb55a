<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Cache\SimpleCache;
use RedisCluster\Client;
use RedisCluster\Nodes;
use RedisCluster\Read;
use RedisCluster\RedisCluster;
use RedisCluster\ServerException;
use RedisCluster\SessionHandler;
use RedisCluster\Tests\Support\ClusterTestCase;

/** eachOn(), withRead() and their users, with two masters. The third server is a writable replica of node_1. */
final class ReplicasTest extends ClusterTestCase
{
    private Client $masters;
    private Client $master;
    private Client $replica;

    protected function setUp(): void
    {
        parent::setUp();
        $this->masters = new Client(self::config(2, ['read' => 'replica']), shared: false);
        $this->master = self::clientOf('node_1');
        $this->replica = self::clientOf('node_3');
        $this->master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
        $this->replica->command('CONFIG', 'SET', 'replica-read-only', 'no');
        $this->replica->command('REPLICAOF', '127.0.0.1', self::config()['nodes']['node_1']['port']);
        self::assertSame(1, $this->master->command('WAIT', 1, 20_000), 'the number of connected replicas');
    }

    protected function tearDown(): void
    {
        $this->replica->command('REPLICAOF', 'NO', 'ONE');
        $this->replica->command('CONFIG', 'SET', 'replica-read-only', 'yes');
        $this->master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 5);
    }

    public function testTheDropInListsTheReplicaOfEachMaster(): void
    {
        $nodes = self::config()['nodes'];
        $expected = ['node_1_slave' => $nodes['node_3'], 'node_2_slave' => $nodes['node_2']];
        self::assertSame($expected, (new RedisCluster(self::config(2)))->cluster['slaves']);
        $mastersOnly = new RedisCluster(self::config(2), 0, true);
        self::assertSame(['node_1_slave' => $nodes['node_1']] + $expected, $mastersOnly->cluster['slaves']);
    }

    public function testEachOnRunsOnMastersReplicasOrAllNodes(): void
    {
        self::assertSame(['node_1' => 'PONG', 'node_2' => 'PONG'], $this->masters->eachOn(Nodes::Masters, 'PING'));
        self::assertSame(['node_1_slave' => 'PONG'], $this->masters->eachOn(Nodes::Replicas, 'PING'));
        self::assertSame(
            ['node_1' => 'PONG', 'node_1_slave' => 'PONG', 'node_2' => 'PONG'],
            $this->masters->eachOn(Nodes::All, 'PING'),
        );
    }

    public function testNodeListDiscoversReplicasOnRequest(): void
    {
        self::assertSame(['node_1', 'node_2'], array_keys($this->masters->nodeList(discover: false)));

        $nodes = $this->masters->nodeList();

        self::assertSame(['node_1', 'node_1_slave', 'node_2'], array_keys($nodes));
        self::assertSame([['node_1_slave'], [], []], array_column($nodes, 'replicas'));
        self::assertSame(['replica', 'node_1'], [$nodes['node_1_slave']['role'], $nodes['node_1_slave']['master']]);
        self::assertSame(self::config()['nodes']['node_3']['port'], $nodes['node_1_slave']['port']);
        self::assertSame($nodes, $this->masters->nodeList(discover: false), 'the replicas found before');
    }

    public function testEachOnReplicasReturnsAnEmptyListWithoutReplicas(): void
    {
        $client = new Client(['nodes' => ['node_1' => self::config()['nodes']['node_2']]], shared: false);

        self::assertSame([], $client->eachOn(Nodes::Replicas, 'PING'));
    }

    public function testEachOnReturnsErrorsAsExceptions(): void
    {
        $errors = $this->masters->eachOn(Nodes::Replicas, 'CONFIG', 'NONSENSE');

        self::assertInstanceOf(ServerException::class, $errors['node_1_slave']);
    }

    /** A value that only the replica has shows which server was read. */
    public function testWithReadChoosesWhereReadsGo(): void
    {
        self::assertSame('node_1', $this->masters->nodeFor('bar')['alias']);
        $this->replica->command('SET', 'bar', 'replica');
        $fromMaster = $this->masters->withRead(Read::Master);

        self::assertSame('replica', $this->masters->command('GET', 'bar'));
        self::assertNull($fromMaster->command('GET', 'bar'));
        self::assertSame('replica', $fromMaster->withRead(Read::Replica)->command('GET', 'bar'));
    }

    /** Both read data of the previous request, which a replica may not have yet. */
    public function testSessionsAndCacheClearReadFromMasters(): void
    {
        require_once 'Psr/SimpleCache/autoload.php';
        foreach (['s:a', 'c:a', 'c:b'] as $key) {
            self::assertSame('node_1', $this->masters->nodeFor($key)['alias']);
        }
        $this->master->command('SET', 'c:a', 'master');
        $this->master->command('WAIT', 1, 20_000);
        $this->replica->command('DEL', 'c:a');
        $this->replica->command('MSET', 's:a', 'replica', 'c:b', 'replica');

        self::assertSame('', (new SessionHandler($this->masters, 's:'))->read('a'));
        (new SimpleCache($this->masters, 'c:'))->clear();
        self::assertSame(0, $this->master->command('EXISTS', 'c:a'));
        self::assertSame(1, $this->replica->command('EXISTS', 'c:b'), 'only the replica has the key');
    }

    public function testADerivedClientIsClosedIndependently(): void
    {
        $first = $this->masters->withRead(Read::Master);
        $second = $this->masters->withRead(Read::Master);
        $first->close();
        $this->masters->command('SET', 'foo', 'bar');
        $this->masters->close();

        self::assertSame('bar', $second->command('GET', 'foo'));
        self::thrownBy(fn () => $first->command('GET', 'foo'));
        self::thrownBy(fn () => $this->masters->withRead(Read::Master));
    }

    /** A client of one server without role checks, which would reject a replica as a master. */
    private static function clientOf(string $alias): Client
    {
        $node = self::config()['nodes'][$alias];
        return new Client(['nodes' => ['node_1' => $node], 'refresh_interval' => 0, 'read_timeout' => 30], shared: false);
    }
}
