<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** pipeline, multi(PIPELINE). */
final class PipelinesTest extends RedisClusterTestCase
{
    public function testAPipelineReachesAllNodesAndAnswersInOrder(): void
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

    public function testBothWaysToBeginAPipelineAreTheSame(): void
    {
        self::assertSame($this->redis, $this->redis->multi(RedisCluster::PIPELINE));
        self::assertSame(RedisCluster::PIPELINE, $this->redis->getMode());
        $this->redis->set('foo', 'bar');
        self::assertSame($this->redis, $this->redis->pipeline(), 'a second time changes nothing');
        self::assertSame([true], $this->redis->exec());
        self::assertSame([], $this->redis->pipeline()->exec());
    }

    public function testEachReplyHasItsOwnShape(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_JSON);
        $answers = $this->redis->pipeline()
            ->hMSet('h', ['f' => [1], 'g' => 'x'])->hGetAll('h')->zAdd('z', 2, 'm')->zRange('z', 0, -1, true)
            ->type('z')->mget(['none', 'nothing'])->lRange('none', 0, -1)->sIsMember('s', 'm')
            ->exec();
        $expected = [true, ['f' => [1], 'g' => 'x'], 1, ['m' => 2.0], RedisCluster::REDIS_ZSET, [false, false], [], false];
        self::assertSame($expected, $answers);
    }

    public function testAnErrorIsFalseInItsPlace(): void
    {
        self::assertSame([true, false, 'bar'], $this->redis->pipeline()->set('foo', 'bar')->lPush('foo', 'x')->get('foo')->exec());
        self::assertStringStartsWith('WRONGTYPE', $this->redis->getLastError());
    }

    public function testDiscardForgetsAPipeline(): void
    {
        $this->redis->pipeline()->set('foo', 'bar');
        self::assertTrue($this->redis->discard());
        self::assertFalse($this->redis->get('foo'));
    }

    public function testATransactionInsideAPipelineIsOneAnswerOfIt(): void
    {
        $answers = $this->redis->pipeline()->set('foo', '1')
            ->multi()->incr('foo')->get('foo')->exec()
            ->get('foo')->set('bar', '3')
            ->exec();
        self::assertSame([true, [2, '2'], '2', true], $answers);
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
    }

    /** As phpredis has it. */
    public function testATransactionInsideAPipelineAnswersInTheServersOwnShapes(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_JSON);
        $answers = $this->redis->pipeline()
            ->multi()->set('foo', ['x'])->get('foo')->hSet('h{foo}', 'f', 1)->hGetAll('h{foo}')->exec()
            ->get('foo')
            ->exec();
        self::assertSame([[true, '["x"]', 1, ['f', '1']], ['x']], $answers);
    }

    public function testDiscardInATransactionInsideAPipelineForgetsBoth(): void
    {
        $this->redis->pipeline()->set('foo', '1')->multi()->set('foo', '2');
        self::assertTrue($this->redis->discard());
        self::assertNull($this->redis->exec());
        self::assertFalse($this->redis->get('foo'));
    }

    public function testAPipelineCannotBeginInATransaction(): void
    {
        $this->redis->multi()->set('foo', 'bar');
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => $this->redis->pipeline()));
        self::assertSame([true], $this->redis->exec());
    }

    public function testWhatIsForEveryServerKeepsItsPlaceInAPipeline(): void
    {
        $answers = $this->redis->pipeline()->set('foo', 'bar')->flushAll()->get('foo')->ping()->dbSize()->exec();
        self::assertSame(true, $answers[0]);
        self::assertSame(['node_1' => true, 'node_1_slave' => null], array_slice($answers[1], 0, 2));
        self::assertFalse($answers[2]);
        self::assertTrue($answers[3]['node_3']);
        self::assertSame(0, $answers[4]);
    }

    public function testWatchAndSelectWorkInAPipeline(): void
    {
        $answers = $this->redis->pipeline()->watch('foo')->multi()->set('foo', 'bar')->exec()->unwatch()->select(1)->get('foo')->exec();
        self::assertSame([true, [true], true], array_slice($answers, 0, 3));
        self::assertSame(array_fill(0, 6, true), array_values($answers[3]));
        self::assertFalse($answers[4]);
        self::assertSame(1, $this->redis->getDBNum());
    }

    public function testAPipelineWithADeadNodeThrowsAndWhatWasForOthersIsDone(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        $redis->pipeline()->set($this->keyOn('node_2'), '1')->set($this->keyOn('node_1'), '1');
        self::assertInstanceOf(ConnectionException::class, self::thrownBy(fn () => $redis->exec()));
        self::assertSame('1', $redis->get($this->keyOn('node_1')));
    }

    public function testTheValuesOfAPipelineAreThoseOfItsCalls(): void
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
