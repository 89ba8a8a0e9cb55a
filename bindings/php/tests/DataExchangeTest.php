<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\ReplyFormat;
use RedisCluster\RequestException;
use RedisCluster\ServerException;
use RedisCluster\Session;
use RedisCluster\Tests\Support\ClusterTestCase;

/** Data exchange between PHP and the library: commands of nested arrays, and replies in the requested format. */
final class DataExchangeTest extends ClusterTestCase
{
    public function testNestedListsAndPairsBecomeArgumentsInOrder(): void
    {
        self::assertSame('OK', $this->client->run(['MSET', 'pairs' => ['a' => 'A', 5 => 7, 'true' => true, 'false' => false, 'null' => null]]));
        self::assertSame(['A', '7', '1', '', '', null], $this->client->run(['MGET', ['a', 5], ['true', 'false'], 'null', 'none']));
    }

    public function testAReplyHasTheRequestedFormat(): void
    {
        $this->client->command('SET', 'text', 'value');
        $this->client->command('HSET', 'hash', 'a', 1, '5', 2, 'nested', 3);

        self::assertSame([true, 'OK'], [$this->client->run(['SET', 'text', 'value'], ReplyFormat::PHPREDIS), $this->client->run(['SET', 'text', 'value'])]);
        self::assertSame([false, null], [$this->client->run(['GET', 'none'], ReplyFormat::PHPREDIS), $this->client->run(['GET', 'none'])]);
        self::assertSame(['value', false], $this->client->run(['MGET', ['text', 'none']], ReplyFormat::NIL_FALSE));
        self::assertSame(['a' => '1', 5 => '2', 'nested' => '3'], $this->client->run(['HGETALL', 'hash'], ReplyFormat::PAIRS));
        self::assertSame([], $this->client->run(['HGETALL', 'none'], ReplyFormat::PAIRS | ReplyFormat::PHPREDIS));
    }

    /** @dataProvider runners */
    public function testEachReplyOfAPipelineHasItsOwnFormat(callable $runner): void
    {
        $runner = $runner($this->client);
        $commands = [['HSET', 'hash', 'a', 1], ['HGETALL', 'hash'], ['HGETALL', 'hash'], ['GET', 'none'], ['GET', 'none'], ['SET', 'x', 1]];
        $formats = [0, ReplyFormat::PAIRS, 0, ReplyFormat::NIL_FALSE, 0, ReplyFormat::STATUS_TRUE];

        self::assertSame([1, ['a' => '1'], ['a', '1'], false, null, true], $runner->runAll($commands, $formats));
        self::assertSame([0, ['a', '1'], ['a', '1'], false, false, true], $runner->runAll($commands, ReplyFormat::PHPREDIS));
        self::assertSame([], $runner->runAll([]));
    }

    /** @dataProvider runners */
    public function testRunReturnsServerErrors(callable $runner): void
    {
        $runner = $runner($this->client);
        $this->client->command('SET', 'text', 'value');

        $error = $runner->run(['LPUSH', 'text', 'x']);
        self::assertInstanceOf(ServerException::class, $error);
        self::assertStringStartsWith('WRONGTYPE', $error->getMessage());
        self::assertSame([0, $this->client->nodeFor('text')['alias'], true], [$error->getCode(), $error->node, $error->executed]);
        self::assertEquals(['value', $error], $runner->runAll([['GET', 'text'], ['LPUSH', 'text', 'x']]));
    }

    public static function runners(): iterable
    {
        yield 'client' => [static fn (Client $client): Client => $client];
        yield 'session' => [static fn (Client $client): Session => $client->session()];
    }

    public function testRunThrowsConnectionFailuresAndRunAllReturnsThem(): void
    {
        $client = new Client(self::configWithDeadNode('node_2'));
        $key = $this->keyOn('node_2');

        $thrown = self::thrownBy(static fn () => $client->run(['GET', $key]));
        self::assertInstanceOf(ConnectionException::class, $thrown);
        self::assertSame(['node_2', false], [$thrown->node, $thrown->executed]);
        [$returned] = $client->runAll([['GET', $key]]);
        // The second call may fail without an attempt to connect, with another message.
        self::assertSame([$thrown->getCode(), 'node_2', false], [$returned->getCode(), $returned->node, $returned->executed]);
    }

    /** @dataProvider rejected */
    public function testRunRejectsFloatsAndObjects(mixed $argument, string $typeInError): void
    {
        foreach ([fn () => $this->client->run(['SET', 'key', $argument]), fn () => $this->client->runAll([['SET', 'key', [$argument]]])] as $call) {
            $thrown = self::thrownBy($call);
            self::assertInstanceOf(RequestException::class, $thrown);
            self::assertStringContainsString($typeInError, $thrown->getMessage());
        }
        self::assertNull($this->client->command('GET', 'key'), 'nothing was sent');
    }

    public static function rejected(): iterable
    {
        yield 'float' => [0.5, 'a float'];
        yield 'object' => [new \stdClass(), 'an object'];
    }

    public function testAReturnedExceptionDoesNotKeepOtherRepliesInMemory(): void
    {
        $this->client->command('SET', 'text', str_repeat('x', 4 << 20));
        $before = memory_get_usage();
        $error = $this->client->execute([['GET', 'text'], ['LPUSH', 'text', 'x']])[1];

        self::assertInstanceOf(ServerException::class, $error);
        self::assertLessThan(1 << 20, memory_get_usage() - $before);
        self::assertContains('execute', array_column($error->getTrace(), 'function'));
    }

    public function testExceptionsCanBeSerialized(): void
    {
        $error = $this->client->run(['EVAL', "return redis.error_reply('BAD \xff bytes')", 1, 'foo']);
        $kept = unserialize(serialize($error));

        self::assertSame([ServerException::class, "BAD \xff bytes", true], [$kept::class, $kept->getMessage(), $kept->executed]);
    }

    /** Bytes from a server become strings only; they are never unserialized to objects. */
    public function testRepliesThatLookLikeSerializedObjectsStayStrings(): void
    {
        $text = 'BAD O:8:"stdClass":0:{}";i:1;O:27:"RedisCluster\Tests\Support":0:{}';
        $this->client->command('RPUSH', 'list', $text, '";}');
        $script = "return {redis.call('LINDEX', KEYS[1], 0), redis.error_reply(redis.call('LINDEX', KEYS[1], 0))}";

        self::assertSame([$text, '";}'], $this->client->command('LRANGE', 'list', 0, -1));
        $replies = $this->client->command('EVAL', $script, 1, 'list');
        self::assertSame([$text, $text], [$replies[0], $replies[1]->getMessage()]);
    }

    public function testListsMayContainStringsWithAnyBytes(): void
    {
        foreach ([['a'], [''], ['', ''], ['', 'a', ''], ["\xff"], ["a\xff", 'b'], ["\xff\xff", '', "\xffx"], ['naïve', "\0"]] as $list) {
            $this->client->command('DEL', 'list');
            $this->client->command('RPUSH', 'list', ...$list);
            self::assertSame($list, $this->client->run(['LRANGE', 'list', 0, -1], ReplyFormat::PHPREDIS));
            self::assertSame([$list, $list], $this->client->runAll([['LRANGE', 'list', 0, -1], ['LRANGE', 'list', 0, -1]]));
            self::assertSame($list, $this->client->runAll(array_map(static fn (string $one): array => ['ECHO', $one], $list)));
        }
    }

    public function testToStringOfAnArgumentMayUseTheClient(): void
    {
        $object = new class ($this->client) {
            public function __construct(private readonly Client $client)
            {
            }

            public function __toString(): string
            {
                $this->client->command('SET', 'inner', 'from inside');
                return $this->client->command('GET', 'inner');
            }
        };

        self::assertSame('from inside', $this->client->command('ECHO', $object));
    }

    public function testRepliesAroundTheSizeOfTheReplyBufferAreComplete(): void
    {
        foreach ([0, 1, 255, 4095, 4096, 4097, 8191, 8192, 8193, 65_537] as $length) {
            $value = $length === 0 ? '' : random_bytes($length);
            $this->client->command('SET', 'key', $value);
            self::assertSame($value, $this->client->run(['GET', 'key']));
            self::assertSame([$value], $this->client->run(['MGET', 'key']));
            self::assertSame([$value, $value], $this->client->runAll([['GET', 'key'], ['GET', 'key']]));
        }
    }

    public function testFibersCanShareAClient(): void
    {
        $fibers = array_map(fn (int $i): \Fiber => new \Fiber(function () use ($i): array {
            $object = new class ($i) {
                public function __construct(private readonly int $i)
                {
                }

                public function __toString(): string
                {
                    \Fiber::suspend();
                    return "value $this->i";
                }
            };
            $this->client->command('SET', "fiber $i", $object);
            \Fiber::suspend();
            return [$this->client->command('GET', "fiber $i"), $this->client->command('MGET', "fiber $i", 'none')];
        }), range(1, 5));
        array_map(fn (\Fiber $fiber) => $fiber->start(), $fibers);
        array_map(fn (\Fiber $fiber) => $fiber->resume(), $fibers);
        array_map(fn (\Fiber $fiber) => $fiber->resume(), array_reverse($fibers));

        foreach ($fibers as $index => $fiber) {
            $value = 'value ' . ($index + 1);
            self::assertSame([$value, [$value, null]], $fiber->getReturn());
        }
    }
}
