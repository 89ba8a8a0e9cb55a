<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Client;
use RedisCluster\RedisCluster;
use RedisCluster\RequestException;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Behaviour that code written for rediscluster-php relies on, and fixed bugs of that package. */
final class RedisclusterPhpCompatibilityTest extends RedisClusterTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->redis = new RedisCluster(self::config(2));
    }

    public function testTheReadmeExampleOfRedisclusterPhpWorks(): void
    {
        $nodes = self::config()['nodes'];
        self::assertTrue($this->redis->set('foo', 'bar'));
        self::assertSame('bar', $this->redis->get('foo'));
        self::assertSame(['node_2' => $nodes['node_2']], $this->redis->getnodefor('foo'));
        self::assertSame(['node_1' => $nodes['node_1']], $this->redis->getnodefor('bar'));
        self::assertSame(['node_2' => $nodes['node_2']], $this->redis->getnodefor('foobar'));

        self::assertFalse($this->redis->get('bar{foo}'));
        self::assertTrue($this->redis->mset(['bar{foo}' => 'bar', 'foo' => 'foo']));
        self::assertSame(['bar', 'foo'], $this->redis->mget(['bar{foo}', 'foo']));
        self::assertSame('bar', $this->redis->get('bar{foo}'));
        self::assertFalse($this->redis->get('bar'), 'another key on another node');

        $this->redis->del('foo', 'bar');
        foreach (['a1', 'a2', 'a3'] as $member) {
            self::assertSame(1, $this->redis->sadd('foo', $member));
        }
        foreach (['b1', 'a2', 'b3'] as $member) {
            self::assertSame(1, $this->redis->sadd('bar', $member));
        }
        self::assertSame(2, $this->redis->sdiffstore('foobar', 'foo', 'bar'));
        self::assertEqualsCanonicalizing(['a1', 'a3'], $this->redis->smembers('foobar'));
    }

    public function testGetnodeforUsesTheHashTag(): void
    {
        self::assertSame($this->redis->getnodefor('foo'), $this->redis->getnodefor('bar{foo}'));
    }

    public function testTheHostOfANodeIsThePathOfItsUnixSocket(): void
    {
        $redis = new RedisCluster(['nodes' => ['node_1' => ['unix' => '/nowhere/redis.sock']], 'masters_only' => true]);
        $address = ['host' => '/nowhere/redis.sock', 'port' => null];
        self::assertSame(['node_1' => $address], $redis->getnodefor('foo'));
        self::assertSame(['node_1_slave' => $address], $redis->cluster['slaves']);
    }

    public function testNoServersIsTheNumberOfMasters(): void
    {
        self::assertSame(2, $this->redis->no_servers);
        self::assertSame(2, (new RedisCluster(self::configWithSlaves()))->no_servers);
        self::assertSame(3, (new RedisCluster(self::config(3, ['master_of' => []])))->no_servers);
    }

    public function testTheSlavesAreTakenFromMasterOf(): void
    {
        $config = self::configWithSlaves();
        $redis = new RedisCluster($config);
        $slaves = ['node_1_slave' => $config['nodes']['node_3'], 'node_2_slave' => $config['nodes']['node_4']];
        self::assertSame($config + ['hash_tag' => 'strip', 'slaves' => $slaves], $redis->cluster);
    }

    public function testTagsAreStrippedUnlessTheConfigurationSaysOtherwise(): void
    {
        $nodes = ['nodes' => self::config(2)['nodes']];
        $redis = new RedisCluster($nodes);
        self::assertTrue($redis->set('bar{foo}', '1'));
        self::assertSame(['bar'], $redis->keys('*'));
        self::assertFalse((new RedisCluster($nodes + ['hash_tag' => 'keep']))->get('bar{foo}'));

        $this->expectException(RequestException::class);
        $this->expectExceptionMessage('key "bar{foo}" has a hash tag; set hash_tag to "strip"');
        (new Client($nodes))->command('GET', 'bar{foo}');
    }

    public function testAMasterWithoutASlaveIsListedAsItsOwnSlave(): void
    {
        $nodes = self::config()['nodes'];
        $expected = ['node_1_slave' => $nodes['node_1'], 'node_2_slave' => $nodes['node_2']];
        self::assertTrue(isset($this->redis->cluster['slaves']));
        self::assertSame($expected, $this->redis->cluster['slaves']);
    }

    public function testWithMastersOnlyEveryMasterIsListedAsItsOwnSlave(): void
    {
        $config = self::configWithSlaves();
        $nodes = $config['nodes'];
        $redis = new RedisCluster($config, 0, true);
        self::assertSame(['node_1_slave' => $nodes['node_1'], 'node_2_slave' => $nodes['node_2']], $redis->cluster['slaves']);
        self::assertTrue($redis->set('foo', 'bar'));
        self::assertSame('bar', $redis->get('foo'));
    }

    public function testThePublicConfigurationIsAcceptedByTheConstructor(): void
    {
        $this->redis->set('foo', 'bar');
        self::assertSame('bar', (new RedisCluster($this->redis->cluster))->get('foo'));
    }

    public function testTheConstructorOpensNoConnection(): void
    {
        $dead = ['host' => '127.0.0.1', 'port' => self::freePort()];
        $redis = new RedisCluster(['nodes' => ['node_1' => $dead]]);
        self::assertSame(1, $redis->no_servers);
        self::assertSame(['node_1_slave' => $dead], $redis->cluster['slaves']);
    }

    public function testSetSelectDBChangesTheDatabaseOfEveryNode(): void
    {
        $other = new RedisCluster(self::config(2), 3);
        self::assertTrue($other->mset(['foo' => '1', 'bar' => '2']));
        self::assertSame([false, false], $this->redis->mget(['foo', 'bar']));
        self::assertTrue($this->redis->setSelectDB(3));
        self::assertSame(['1', '2'], $this->redis->mget(['foo', 'bar']));
        self::assertSame(3, $this->redis->getDBNum());
        self::assertTrue($this->redis->setSelectDB('0'));
        self::assertFalse($this->redis->get('foo'));
    }

    public function testTheConstructorConvertsItsArguments(): void
    {
        self::assertSame(2, (new RedisCluster(self::config(2), '2', null))->getDBNum());
        self::assertSame(0, (new RedisCluster(self::config(2), null))->getDBNum());
        self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => new RedisCluster('redis://localhost')));
        self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => new RedisCluster(self::config(), 'two')));
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => new RedisCluster([])));
    }

    public function testObjectHasTheSubcommandAsFirstArgument(): void
    {
        $this->redis->set('foo{bar}', '5');
        self::assertSame('int', $this->redis->object('encoding', 'foo{bar}'));
        self::assertSame(2147483647, $this->redis->object('refcount', 'foo{bar}'));
    }

    public function testRenameMovesEveryTypeBetweenNodes(): void
    {
        $this->redis->rPush('foo', 'a', 'b');
        $this->redis->pExpire('foo', 100_000);
        self::assertTrue($this->redis->rename('foo', 'bar'));
        self::assertSame(['a', 'b'], $this->redis->lRange('bar', 0, -1));
        self::assertGreaterThan(1000, $this->redis->pttl('bar'));
        $this->redis->hMSet('foo', ['f' => 'v', 'g' => '']);
        self::assertTrue($this->redis->rename('foo', 'bar'));
        self::assertSame(['f' => 'v', 'g' => ''], $this->redis->hGetAll('bar'));
        $this->redis->zAdd('foo', 1.5, 'k');
        self::assertTrue($this->redis->rename('foo', 'bar'));
        self::assertSame(['k' => 1.5], $this->redis->zRange('bar', 0, -1, true));
    }

    public function testRenameOfAMissingKeyKeepsTheDestination(): void
    {
        $this->redis->set('bar', 'kept');
        self::assertFalse($this->redis->rename('foo', 'bar'));
        self::assertSame('ERR no such key', $this->redis->getLastError());
        self::assertSame('kept', $this->redis->get('bar'));
    }

    public function testStoringCommandsReplaceTheirDestination(): void
    {
        $this->redis->sAdd('bar', 'old');
        $this->redis->sAdd('foo', 'a', 'b');
        self::assertSame(2, $this->redis->sUnionStore('bar', 'foo', 'nothing'));
        self::assertEqualsCanonicalizing(['a', 'b'], $this->redis->sMembers('bar'));
        self::assertSame([], $this->redis->sInter('foo', 'nothing'));
        self::assertEqualsCanonicalizing(['a', 'b'], $this->redis->sUnion('nothing', 'foo'));
    }

    public function testRpoplpushMovesZeroAndTheEmptyString(): void
    {
        $this->redis->rPush('foo', '', '0');
        self::assertSame('0', $this->redis->rpoplpush('foo', 'bar'));
        self::assertSame('', $this->redis->brpoplpush('foo', 'bar', 1));
        self::assertSame(['', '0'], $this->redis->lRange('bar', 0, -1));
        self::assertFalse($this->redis->rpoplpush('foo', 'bar'));
    }

    public function testSMoveCreatesTheDestination(): void
    {
        $this->redis->sAdd('foo', 'a', 'b');
        self::assertTrue($this->redis->sMove('foo', 'bar', 'a'));
        self::assertSame(['a'], $this->redis->sMembers('bar'));
        self::assertFalse($this->redis->sMove('foo', 'bar', 'a'));
        $this->redis->set('text', 'x');
        self::assertFalse($this->redis->sMove('text', 'bar', 'a'));
    }

    public function testDelAcceptsArraysAndDeletesOnEveryNode(): void
    {
        $this->redis->mset(['foo' => '1', 'bar' => '2', 'baz' => '3']);
        self::assertSame(2, $this->redis->del(['foo', 'bar', 'nothing']));
        self::assertSame(1, $this->redis->delete('foo', 'baz'));
    }

    public function testMsetnxSetsAllKeysOrNone(): void
    {
        $this->redis->set('bar', 'old');
        self::assertFalse($this->redis->msetnx(['foo' => '1', 'bar' => '2']));
        self::assertFalse($this->redis->get('foo'));
        self::assertTrue($this->redis->msetnx(['foo' => '1', 'baz' => '2']));
    }

    public function testDeprecatedMethodNamesWork(): void
    {
        $this->redis->lPush('list', 'a');
        $this->redis->sAdd('set', 'a');
        $this->redis->zAdd('zset', 1, 'a');
        $this->redis->set('foo', 'bar');
        self::assertSame(['bar', false], $this->redis->getMultiple(['foo', 'nothing']));
        self::assertSame(1, $this->redis->lSize('list'));
        self::assertSame(['a'], $this->redis->lGetRange('list', 0, -1));
        self::assertSame('a', $this->redis->lGet('list', 0));
        self::assertTrue($this->redis->sContains('set', 'a'));
        self::assertSame(['a'], $this->redis->sGetMembers('set'));
        self::assertSame(1, $this->redis->zSize('zset'));
        self::assertSame(1, $this->redis->zDelete('zset', 'a'));
        self::assertTrue($this->redis->setTimeout('foo', 10));
        self::assertTrue($this->redis->renameKey('foo', 'bar'));
        self::assertSame('ar', $this->redis->substr('bar', 1, 2));
    }

    /**
     * Two masters with slaves that receive no commands.
     *
     * @return array<string, mixed>
     */
    private static function configWithSlaves(): array
    {
        $nodes = self::config()['nodes'] + ['node_4' => ['host' => '127.0.0.1', 'port' => self::freePort()]];
        return ['nodes' => $nodes, 'master_of' => ['node_1' => 'node_3', 'node_2' => 'node_4']];
    }
}
