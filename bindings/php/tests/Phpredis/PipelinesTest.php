<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** pipeline() and multi(PIPELINE). */
final class PipelinesTest extends RedisClusterTestCase
{
    public function testAPipelineRunsOnAllNodesAndReturnsResultsInOrder(): void
    {
        $pipeline = $this->redis->pipeline();
        self::assertSame($this->redis, $pipeline);
        $expected = [];
        foreach (range(1, 200) as $number) {
            $pipeline->set("key$number", (string) $number)->get("key$number");
            array_push($expected, true, (string) $number);
        }
        self::assertSame($expected, $pipeline->exec());
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
    }

    public function testPipelineAndMultiPipelineAreEquivalent(): void
    {
        self::assertSame($this->redis, $this->redis->multi(RedisCluster::PIPELINE));
        self::assertSame(RedisCluster::PIPELINE, $this->redis->getMode());
        $this->redis->set('foo', 'bar');
        self::assertSame($this->redis, $this->redis->pipeline(), 'a second call has no effect');
        self::assertSame([true], $this->redis->exec());
        self::assertSame([], $this->redis->pipeline()->exec());
    }

    public function testEachResultOfAPipelineHasTheTypeOfItsMethod(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_JSON);
        $results = $this->redis->pipeline()
            ->hMSet('h', ['f' => [1], 'g' => 'x'])->hGetAll('h')->zAdd('z', 2, 'm')->zRange('z', 0, -1, true)
            ->type('z')->mget(['none', 'nothing'])->lRange('none', 0, -1)->sIsMember('s', 'm')
            ->exec();
        $expected = [true, ['f' => [1], 'g' => 'x'], 1, ['m' => 2.0], RedisCluster::REDIS_ZSET, [false, false], [], false];
        self::assertSame($expected, $results);
    }

    public function testAnErrorInAPipelineIsFalseAtItsPosition(): void
    {
        self::assertSame([true, false, 'bar'], $this->redis->pipeline()->set('foo', 'bar')->lPush('foo', 'x')->get('foo')->exec());
        self::assertStringStartsWith('WRONGTYPE', $this->redis->getLastError());
    }

    public function testDiscardDropsAPipeline(): void
    {
        $this->redis->pipeline()->set('foo', 'bar');
        self::assertTrue($this->redis->discard());
        self::assertFalse($this->redis->get('foo'));
    }

    public function testATransactionInAPipelineIsOneResultOfIt(): void
    {
        $results = $this->redis->pipeline()->set('foo', '1')
            ->multi()->incr('foo')->get('foo')->exec()
            ->get('foo')->set('bar', '3')
            ->exec();
        self::assertSame([true, [2, '2'], '2', true], $results);
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
    }

    /** phpredis does the same. */
    public function testATransactionInAPipelineReturnsUnconvertedReplies(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_JSON);
        $results = $this->redis->pipeline()
            ->multi()->set('foo', ['x'])->get('foo')->hSet('h{foo}', 'f', 1)->hGetAll('h{foo}')->exec()
            ->get('foo')
            ->exec();
        self::assertSame([[true, '["x"]', 1, ['f', '1']], ['x']], $results);
    }

    public function testDiscardInATransactionInAPipelineDropsBoth(): void
    {
        $this->redis->pipeline()->set('foo', '1')->multi()->set('foo', '2');
        self::assertTrue($this->redis->discard());
        self::assertFalse($this->redis->exec());
        self::assertFalse($this->redis->get('foo'));
    }

    public function testAPipelineCannotBeginInATransaction(): void
    {
        $this->redis->multi()->set('foo', 'bar');
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => $this->redis->pipeline()));
        self::assertSame([true], $this->redis->exec());
    }

    public function testCommandsForAllServersKeepTheirPositionInAPipeline(): void
    {
        $results = $this->redis->pipeline()->set('foo', 'bar')->flushAll()->get('foo')->ping()->dbSize()->exec();
        self::assertSame(true, $results[0]);
        self::assertSame(['node_1' => true, 'node_1_slave' => null], array_slice($results[1], 0, 2));
        self::assertFalse($results[2]);
        self::assertTrue($results[3]['node_3']);
        self::assertSame(0, $results[4]);
    }

    public function testWatchAndSelectWorkInAPipeline(): void
    {
        $results = $this->redis->pipeline()->watch('foo')->multi()->set('foo', 'bar')->exec()->unwatch()->select(1)->get('foo')->exec();
        self::assertSame([true, [true], true], array_slice($results, 0, 3));
        self::assertSame(array_fill(0, 6, true), array_values($results[3]));
        self::assertFalse($results[4]);
        self::assertSame(1, $this->redis->getDBNum());
    }

    public function testAPipelineWithANodeThatIsDownThrowsAndRunsOnTheOthers(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        $redis->pipeline()->set($this->keyOn('node_2'), '1')->set($this->keyOn('node_1'), '1');
        self::assertInstanceOf(ConnectionException::class, self::thrownBy(fn () => $redis->exec()));
        self::assertSame('1', $redis->get($this->keyOn('node_1')));
    }

    public function testAPipelineKeepsTheValuesAtTheTimeOfTheCalls(): void
    {
        $value = 'before';
        $pairs = ['bar' => &$value];
        $keys = [&$value];
        $this->redis->pipeline()->set('foo', $value)->mset($pairs)->mget($keys)->sAddArray('set', $keys)->hMSet('hash', $pairs);
        $value = 'after';
        $this->redis->exec();
        self::assertSame(['before', 'before'], $this->redis->mget(['foo', 'bar']));
        self::assertSame(['before'], $this->redis->sMembers('set'));
        self::assertSame(['bar' => 'before'], $this->redis->hGetAll('hash'));
    }
}
