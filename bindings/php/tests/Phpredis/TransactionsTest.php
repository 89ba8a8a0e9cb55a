<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\CrossNodeException;
use RedisCluster\RedisCluster;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** multi(), exec(), discard() and watch(). */
final class TransactionsTest extends RedisClusterTestCase
{
    public function testCallsInATransactionReturnTheObject(): void
    {
        $result = $this->redis->multi()->set('foo', '1')->incr('foo')->get('foo')->exec();
        self::assertSame([true, 2, '2'], $result);
        self::assertSame($this->redis, $this->redis->multi());
        self::assertSame($this->redis, $this->redis->ping());
        self::assertSame($this->redis, $this->redis->hGetAll('foo'));
        self::assertTrue($this->redis->discard());
    }

    public function testEachResultOfExecHasTheTypeOfItsMethod(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'p:');
        $this->redis->multi();
        $this->redis->mset(['a{t}' => '1']);
        $this->redis->hMSet('h{t}', ['f' => 'v', '5' => '6']);
        $this->redis->hGetAll('h{t}');
        $this->redis->hMGet('h{t}', ['f', 'none']);
        $this->redis->zAdd('z{t}', 1.5, 'm');
        $this->redis->zRange('z{t}', 0, -1, true);
        $this->redis->zScore('z{t}', 'm');
        $this->redis->sIsMember('s{t}', 'x');
        $this->redis->exists('a{t}');
        $this->redis->expire('a{t}', 100);
        $this->redis->type('z{t}');
        $this->redis->get('none{t}');
        $this->redis->lRange('none{t}', 0, -1);
        $this->redis->ping();
        $this->redis->ping('hello');
        self::assertSame([
            true, true, ['f' => 'v', '5' => '6'], ['f' => 'v', 'none' => false], 1, ['m' => 1.5], 1.5, false, 1, true,
            RedisCluster::REDIS_ZSET, false, [], true, 'hello',
        ], $this->redis->exec());
    }

    public function testExecDistinguishesStatusesOfScriptsFromStrings(): void
    {
        $this->redis->multi();
        $this->redis->set('foo', 'bar');
        $this->redis->eval("return {{ok = 'OK'}, 'OK', 1, false}", ['foo'], 1);
        $this->redis->type('foo');
        $this->redis->hGetAll('h{foo}');
        self::assertSame([true, [true, 'OK', 1, false], RedisCluster::REDIS_STRING, []], $this->redis->exec());
    }

    public function testAnErrorInATransactionIsFalseAndTheOtherCommandsRun(): void
    {
        $result = $this->redis->multi()->set('foo', 'bar')->lPush('foo', 'x')->get('foo')->exec();
        self::assertSame([true, false, 'bar'], $result);
        self::assertStringStartsWith('WRONGTYPE', $this->redis->getLastError());
    }

    public function testATransactionUnserializesValues(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_PHP);
        $this->redis->multi()->set('foo', [1, 'a' => null])->get('foo');
        self::assertSame([true, [1, 'a' => null]], $this->redis->exec());
    }

    public function testNothingIsSentBeforeExec(): void
    {
        $this->redis->multi()->set('foo', 'bar');
        self::assertNull($this->client->command('GET', 'foo'));
        $this->redis->exec();
        self::assertSame('bar', $this->client->command('GET', 'foo'));
    }

    public function testDiscardDropsQueuedCalls(): void
    {
        $this->redis->multi()->set('foo', 'bar');
        self::assertTrue($this->redis->discard());
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
        self::assertFalse($this->redis->get('foo'));
        self::assertFalse($this->redis->discard(), 'there is no transaction');
    }

    public function testDestroyingTheObjectDropsItsTransaction(): void
    {
        $redis = new RedisCluster(self::config());
        $redis->watch('foo');
        $redis->multi()->set('foo', 'bar');
        unset($redis);
        self::assertFalse($this->redis->get('foo'));
        self::assertSame([true], $this->redis->multi()->set('foo', 'baz')->exec());
    }

    public function testGetModeReturnsTheCurrentMode(): void
    {
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
        $this->redis->multi(RedisCluster::MULTI);
        self::assertSame(RedisCluster::MULTI, $this->redis->getMode());
        $this->redis->multi();
        self::assertSame([], $this->redis->exec());
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
        self::assertFalse($this->redis->exec(), 'without multi()');
        [$result, $warnings] = self::captureWarnings(fn () => $this->redis->multi(3));
        self::assertFalse($result);
        self::assertCount(1, $warnings);
    }

    public function testATransactionWithKeysOfTwoNodesThrowsAndRunsNothing(): void
    {
        [$one, $two] = [$this->keyOn('node_1'), $this->keyOn('node_2')];
        $this->redis->multi()->set($one, '1')->set($two, '2');
        $thrown = self::thrownBy(fn () => $this->redis->exec());
        self::assertInstanceOf(\RedisException::class, $thrown);
        self::assertInstanceOf(CrossNodeException::class, $thrown);
        self::assertStringStartsWith('CROSSNODE', $thrown->getMessage());
        self::assertSame([false, false], $this->redis->mget([$one, $two]));
        self::assertSame([true], $this->redis->multi()->set($two, '2')->exec());
    }

    public function testACommandThatTheServerRejectsAbortsTheTransaction(): void
    {
        $this->redis->multi()->set('foo', 'bar')->rawCommand('NOSUCH', 'foo');
        $thrown = self::thrownBy(fn () => $this->redis->exec());
        self::assertInstanceOf(ServerException::class, $thrown);
        self::assertStringStartsWith('EXECABORT', $thrown->getMessage());
        self::assertStringStartsWith("ERR unknown command 'NOSUCH'", $this->redis->getLastError());
        self::assertFalse($this->redis->get('foo'));
        self::assertSame([true], $this->redis->multi()->set('foo', 'bar')->exec());
    }

    public function testWrongArgumentsDoNotEndTheTransaction(): void
    {
        $this->redis->multi()->set('foo', 'bar');
        self::assertInstanceOf(\ArgumentCountError::class, self::thrownBy(fn () => $this->redis->hGet('foo')));
        self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => $this->redis->get([])));
        self::assertSame([true], $this->redis->exec());
    }

    public function testExecReturnsFalseAfterAWatchedKeyChanged(): void
    {
        self::assertTrue($this->redis->watch('foo'));
        $this->client->command('SET', 'foo', 'theirs');
        self::assertFalse($this->redis->multi()->set('foo', 'ours')->exec());
        self::assertNull($this->redis->getLastError());
        self::assertSame('theirs', $this->redis->get('foo'));
        self::assertSame([true], $this->redis->multi()->set('foo', 'ours')->exec(), 'exec() ends the watch');
    }

    public function testAnEmptyTransactionReturnsFalseAfterAWatchedKeyChanged(): void
    {
        $this->redis->watch('foo');
        $this->client->command('SET', 'foo', 'theirs');
        self::assertFalse($this->redis->multi()->exec());
        $this->redis->watch('foo');
        self::assertSame([], $this->redis->multi()->exec());
    }

    public function testUnwatchAndDiscardEndTheWatch(): void
    {
        foreach ([fn () => $this->redis->unwatch(), fn () => $this->redis->multi()->discard()] as $end) {
            $this->redis->watch(['foo', 'bar{foo}']);
            $this->client->command('SET', 'foo', 'theirs');
            self::assertTrue($end());
            self::assertSame([true], $this->redis->multi()->set('foo', 'ours')->exec());
        }
    }

    public function testCommandsBetweenWatchAndMultiMayUseAllNodes(): void
    {
        [$one, $two] = [$this->keyOn('node_1'), $this->keyOn('node_2')];
        $this->redis->watch($one);
        self::assertTrue($this->redis->set($two, '5'));
        self::assertSame([false, '5'], $this->redis->mget([$one, $two]));
        self::assertSame([true], $this->redis->multi()->set($one, '6')->exec());
    }

    public function testAWatchIsKeptAcrossChangesOfDatabaseAndOptions(): void
    {
        foreach (['theirs', null] as $change) {
            $this->redis->setSelectDB(0);
            $this->redis->watch('foo');
            $this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, 3);
            $this->redis->select(1);
            if ($change !== null) {
                $this->client->command('SET', 'foo', $change);
            }
            self::assertSame($change === null ? [true] : false, $this->redis->multi()->set('foo', 'ours')->exec());
            self::assertSame([$change === null ? 'ours' : false], $this->redis->multi()->get('foo')->exec(), 'in database 1');
        }
    }

    public function testWatchRejectsKeysOfSeveralNodes(): void
    {
        $keys = [$this->keyOn('node_1'), $this->keyOn('node_2')];
        self::assertInstanceOf(CrossNodeException::class, self::thrownBy(fn () => $this->redis->watch($keys)));
        self::assertFalse($this->redis->watch([]));
        self::assertSame([true], $this->redis->multi()->set('foo', 'bar')->exec());
    }

    public function testWatchInATransactionReturnsFalse(): void
    {
        $this->redis->multi();
        self::assertFalse($this->redis->watch('foo'));
        self::assertSame('ERR WATCH inside MULTI is not allowed', $this->redis->getLastError());
        self::assertSame([true], $this->redis->unwatch()->exec());
    }

    public function testCommandsForAllServersReturnOneValueInATransaction(): void
    {
        foreach (['node_1', 'node_2', 'node_3'] as $node) {
            $this->redis->set($this->keyOn($node), 'x');
        }
        $this->redis->multi()->set('foo', 'bar')->dbSize()->config('GET', 'maxmemory-policy')->info('server')->ping()->flushAll();
        [$isSet, $size, $policy, $info, $pong, $isEmptied] = $this->redis->exec();
        self::assertSame([true, 4, ['maxmemory-policy' => 'noeviction'], true, true], [$isSet, $size, $policy, $pong, $isEmptied]);
        self::assertArrayHasKey('redis_version', $info);
        self::assertSame(0, $this->redis->dbSize());
    }

    public function testSelectInATransactionSelectsTheDatabaseOfTheObject(): void
    {
        self::assertSame([true, true], $this->redis->multi()->select(1)->set('foo', 'one')->exec());
        self::assertSame('one', $this->redis->get('foo'));
        $this->redis->select(0);
        self::assertFalse($this->redis->get('foo'));
        $this->redis->pipeline();
        $this->redis->multi();
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => $this->redis->select(1)), 'inside a pipeline');
    }

    public function testATransactionUsesTheSelectedDatabase(): void
    {
        $this->redis->set('foo', 'zero');
        $this->redis->setSelectDB(2);
        self::assertSame([true, 'two'], $this->redis->multi()->set('foo', 'two')->get('foo')->exec());
        $this->redis->setSelectDB(0);
        self::assertSame(['zero'], $this->redis->multi()->get('foo')->exec());
    }

    public function testATransactionOnANodeThatIsDownThrowsAndTheObjectStaysUsable(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        $redis->multi()->set($this->keyOn('node_2'), '1');
        self::assertInstanceOf(ConnectionException::class, self::thrownBy(fn () => $redis->exec()));
        self::assertSame([true], $redis->multi()->set($this->keyOn('node_1'), '1')->exec());
    }

    public function testATransactionFailsAfterTheConnectionOfItsWatchWasLost(): void
    {
        $this->redis->watch('foo');
        (new Client(self::config()))->each('CLIENT', 'KILL', 'TYPE', 'normal');
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => $this->redis->multi()->set('foo', 'bar')->exec()));
        self::assertFalse($this->redis->get('foo'));
        self::assertSame([true], $this->redis->multi()->set('foo', 'bar')->exec());
    }

    public function testTransactionsOfOneObjectReuseOneConnection(): void
    {
        $this->redis->multi()->set('foo', '1')->exec();
        $before = $this->connections();
        for ($i = 0; $i < 20; $i++) {
            $this->redis->multi()->incr('foo')->exec();
        }
        self::assertSame($before, $this->connections());
        self::assertSame('21', $this->redis->get('foo'));
    }

    private function connections(): int
    {
        $alias = $this->client->nodeFor('foo')['alias'];
        return substr_count($this->client->each('CLIENT', 'LIST')[$alias], 'addr=127');
    }
}
