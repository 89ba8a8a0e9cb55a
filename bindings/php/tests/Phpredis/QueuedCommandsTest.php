<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Tests\Support\RedisClusterTestCase;

/** What the commands of a pipeline cost until they are sent, and that their bytes arrive. */
final class QueuedCommandsTest extends RedisClusterTestCase
{
    private const COMMANDS = 1_000;
    private const MAX_BYTES = 60;

    /**
     * @dataProvider calls
     * @param list<mixed> $call
     */
    public function testAQueuedCommandTakesLittleMemory(array $call): void
    {
        $queue = function () use ($call): int {
            $this->redis->pipeline();
            $before = memory_get_usage();
            for ($command = 0; $command < self::COMMANDS; $command++) {
                $this->redis->{$call[0]}(...array_slice($call, 1));
            }
            $bytes = memory_get_usage() - $before;
            $this->redis->discard();
            return $bytes;
        };
        $queue(); // loads the classes
        self::assertLessThanOrEqual(self::MAX_BYTES * self::COMMANDS, $queue());
    }

    /** @return iterable<string, array{list<mixed>}> */
    public static function calls(): iterable
    {
        yield 'GET' => [['get', 'user:1']];
        yield 'SET' => [['set', 'user:1', 'value']];
        yield 'SET with an expiry' => [['set', 'user:1', 'value', 60]];
        yield 'INCR' => [['incr', 'user:1']];
        yield 'HSET' => [['hSet', 'user:1', 'name', 'value']];
        yield 'HGETALL' => [['hGetAll', 'user:1']];
        yield 'RPUSH' => [['rPush', 'user:1', 'value']];
        yield 'EXPIRE' => [['expire', 'user:1', 60]];
        yield 'ZADD' => [['zAdd', 'user:1', 1.5, 'value']];
        yield 'DEL' => [['del', 'user:1']];
    }

    public function testAnyBytesArriveInTheirPlace(): void
    {
        $values = ['', "\0", "\xff", "\xfe", ':1:3', "19:3:GET1:a", "1\xff2\xff", str_repeat('x', 100_000)];
        $pipeline = $this->redis->pipeline();
        foreach ($values as $value) {
            $pipeline->set("key $value", $value)->get("key $value")->hSet('hash', $value, $value)->mGet(["key $value"])->incr('number');
        }
        $expected = [];
        foreach ($values as $place => $value) {
            array_push($expected, true, $value, 1, [$value], $place + 1);
        }
        self::assertSame($expected, $pipeline->exec());
        $hash = $this->redis->hGetAll('hash');
        self::assertEqualsCanonicalizing($values, array_map(strval(...), array_keys($hash)));
        self::assertSame(array_map(strval(...), array_keys($hash)), array_values($hash));
    }

    public function testTheRepliesOfEachCommandAreConvertedAsItsMethodSays(): void
    {
        $this->redis->hMSet('hash', ['a' => '1', 'b' => '2']);
        $this->redis->zAdd('scores', 1.5, 'x');
        $replies = $this->redis->pipeline()->get('none')->hGetAll('hash')->zRange('scores', 0, -1, true)->hMGet('hash', ['b', 'c'])->type('hash')
            ->set('text', 'y')->lPush('text', 'z')->exec();
        self::assertSame([false, ['a' => '1', 'b' => '2'], ['x' => 1.5], ['b' => '2', 'c' => false], 5, true, false], $replies);
        self::assertStringStartsWith('WRONGTYPE', $this->redis->getLastError());
    }

    public function testAListThatTheCallerChangesIsSentAsItWas(): void
    {
        $keys = ['one', 'two'];
        $pairs = ['one' => '1', 'two' => '2'];
        $pipeline = $this->redis->pipeline()->mSet($pairs)->mGet($keys);
        $keys[0] = 'none';
        $pairs['one'] = 'x';
        self::assertSame([true, ['1', '2']], $pipeline->exec());
    }
}
