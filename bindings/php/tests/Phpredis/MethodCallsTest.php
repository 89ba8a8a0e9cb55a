<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\RedisCluster;
use RedisCluster\ServerException;
use RedisCluster\Tests\Differential\CoerciveCall;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Behaviour that is common to all methods. */
final class MethodCallsTest extends RedisClusterTestCase
{
    public function testMethodNamesAreCaseInsensitive(): void
    {
        self::assertTrue($this->redis->SET('foo', 'bar'));
        self::assertSame('bar', $this->redis->Get('foo'));
        self::assertSame(['bar'], $this->redis->MGET(['foo']));
        self::assertSame(['bar'], $this->redis->mGet(['foo']));
        self::assertSame('foo', $this->redis->_PREFIX('foo'));
    }

    public function testAnUnknownMethodIsAnError(): void
    {
        $this->expectException(\Error::class);
        $this->expectExceptionMessage('Call to undefined method RedisCluster\RedisCluster::gett()');
        $this->redis->gett('foo');
    }

    public function testArraysOfTheCallerAreNotChanged(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'p:');
        $keys = ['a{tag}', 5, 'b'];
        $pairs = ['a{tag}' => 1, 'b' => null];
        $nested = ['limit' => [0, 1], 'alpha' => true];
        [$sameKeys, $samePairs, $sameNested] = unserialize(serialize([$keys, $pairs, $nested]));
        foreach ([1, 2] as $_) {
            $this->redis->mset($pairs);
            $this->redis->mget($keys);
            $this->redis->del($keys);
            $this->redis->hMSet('h', $pairs);
            $this->redis->hMGet('h', $keys);
            $this->redis->sAddArray('s', $keys);
            $this->redis->sort('s', $nested);
            $this->redis->zUnionStore('z', $keys, [1, 2, 3]);
            $this->redis->eval('return 1', $keys, 3);
        }
        self::assertSame([$sameKeys, $samePairs, $sameNested], [$keys, $pairs, $nested]);
    }

    public function testReferencesInArraysOfTheCallerAreNotChanged(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'p:');
        $key = 'foo';
        $keys = [&$key];
        $this->redis->mget($keys);
        $this->redis->del($keys);
        self::assertSame('foo', $key);
        $twice = [&$key, &$key];
        self::assertSame([false, false], $this->redis->mget($twice));
        $this->redis->mset(['a' => &$key, 'b' => &$key]);
        self::assertSame(['foo', 'foo'], $this->redis->mget(['a', 'b']));
        $this->redis->setOption(RedisCluster::OPT_PREFIX, '');
        self::assertSame([false, false], $this->redis->mget($twice));
        self::assertSame([0, 0], [$this->redis->del($twice), $this->redis->exists([&$key])]);
        $this->redis->mset(['a' => &$key, 'b' => &$key]);
        $bytes = "\xff";
        $this->redis->mset(['c' => &$bytes, 'd' => &$bytes]);
        self::assertSame(['foo', 'foo', "\xff", "\xff"], $this->redis->mget(['a', 'b', 'c', 'd']));
        self::assertSame('foo', $key);
    }

    public function testQueuedCallsKeepTheValuesOfReferencesAtTheTimeOfTheCall(): void
    {
        $this->redis->mset(['a' => '1', 'b' => '2']);
        $key = 'a';
        $pipe = $this->redis->pipeline()->mget([&$key, 'b'])->exists([&$key]);
        $key = 'none';
        self::assertSame([['1', '2'], 1], $pipe->exec());
    }

    public function testAListWithANonStringableObjectIsATypeError(): void
    {
        foreach ([new \stdClass(), fn () => 'a'] as $object) {
            self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => $this->redis->mget(['a', $object])));
            self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => $this->redis->pipeline()->mget(['a', $object])->exec()));
            $this->redis->discard();
        }
    }

    public function testAnExceptionOfToStringInAListReachesTheCaller(): void
    {
        foreach ([new \ArithmeticError('from __toString'), new \DomainException('from __toString')] as $thrown) {
            $element = new class ($thrown) {
                public function __construct(private readonly \Throwable $thrown)
                {
                }

                public function __toString(): string
                {
                    throw $this->thrown;
                }
            };
            self::assertSame($thrown, self::thrownBy(fn () => $this->redis->mget(['a', $element])));
        }
    }

    public function testARepeatedCallReadsTheSameKeys(): void
    {
        $keys = ['key{bar}', 'foo'];
        self::assertTrue($this->redis->mset(['key{bar}' => '1', 'foo' => '2']));
        self::assertSame(['1', '2'], $this->redis->mget($keys));
        self::assertSame(['1', '2'], $this->redis->mget($keys));
    }

    public function testAServerErrorReturnsFalseAndSetsTheLastError(): void
    {
        $this->redis->set('foo', 'bar');
        self::assertNull($this->redis->getLastError());
        self::assertFalse($this->redis->lPush('foo', 'x'));
        self::assertSame('WRONGTYPE Operation against a key holding the wrong kind of value', $this->redis->getLastError());
        self::assertSame('bar', $this->redis->get('foo'));
        self::assertStringStartsWith('WRONGTYPE', $this->redis->getLastError());
        self::assertTrue($this->redis->clearLastError());
        self::assertNull($this->redis->getLastError());
        self::assertFalse($this->redis->incr('foo'));
        self::assertStringStartsWith('ERR ', $this->redis->getLastError());
    }

    public function testErrorsThatPhpredisThrowsAreThrown(): void
    {
        $this->redis->set('foo', 'bar');
        $thrown = self::thrownBy(fn () => $this->redis->restore('foo', 0, $this->redis->dump('foo')));
        self::assertInstanceOf(ServerException::class, $thrown);
        self::assertInstanceOf(\RedisException::class, $thrown);
        self::assertStringStartsWith('BUSYKEY', $thrown->getMessage());
    }

    public function testAConnectionFailureIsARedisException(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        $key = $this->keyOn('node_2');
        foreach (['get', 'type'] as $method) {
            $thrown = self::thrownBy(static fn () => $redis->$method($key));
            self::assertInstanceOf(ConnectionException::class, $thrown);
            self::assertInstanceOf(\RedisException::class, $thrown);
        }
    }

    public function testAConnectionFailureIsNullAndLoggedWithFailureAsNull(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        self::assertTrue($redis->setOption(RedisCluster::OPT_FAILURE_AS_NULL, true));
        $key = $this->keyOn('node_2');
        $log = ini_set('error_log', $file = tempnam(sys_get_temp_dir(), 'log'));
        try {
            self::assertNull($redis->get($key));
            self::assertNull($redis->set($key, 'x'));
            self::assertNull($redis->lPush($key, 'x'));
            self::assertSame(3, substr_count((string) file_get_contents($file), 'RedisCluster: '));
        } finally {
            ini_set('error_log', (string) $log);
            unlink($file);
        }
        self::assertTrue($redis->set($this->keyOn('node_1'), 'x'));
    }

    /** @dataProvider wrongNumbers */
    public function testAWrongNumberOfArgumentsIsAnArgumentCountError(string $method, mixed ...$arguments): void
    {
        $this->expectException(\ArgumentCountError::class);
        $this->redis->$method(...$arguments);
    }

    /** @return list<list<mixed>> */
    public static function wrongNumbers(): array
    {
        return [
            ['get'], ['get', 'a', 'b'], ['set', 'a'], ['set', 'a', 'b', null, 'd'], ['append', 'a'], ['del'], ['type', 'a', 'b'],
            ['zAdd'], ['rename', 'a'], ['hSet', 'a', 'b'], ['lPush', 'a'], ['zAdd', 'a', 1], ['geoAdd', 'a', 1, 2], ['lInsert', 'a', 'before', 'b'], ['getnodefor'],
        ];
    }

    /** @dataProvider unsuitableArguments */
    public function testAnUnsuitableArgumentIsATypeErrorWithItsNumber(int $number, string $method, mixed ...$arguments): void
    {
        $this->expectException(\TypeError::class);
        $this->expectExceptionMessage("Argument #$number");
        $this->redis->$method(...$arguments);
    }

    /** @return list<list<mixed>> */
    public static function unsuitableArguments(): array
    {
        return [
            [1, 'get', []], [1, 'get', new \stdClass()], [1, 'set', [], 'a'], [2, 'expire', 'a', 'soon'], [2, 'expire', 'a', []],
            [1, 'mget', 'a'], [2, 'hMSet', 'a', 'b'], [2, 'incrByFloat', 'a', 'x'], [1, 'echo', STDIN], [4, 'zRangeByScore', 'a', 0, 1, true],
            [1, 'getnodefor', []],
        ];
    }

    public function testScalarsAreConvertedAsWithoutStrictTypes(): void
    {
        self::assertTrue($this->redis->set(5, 1.5));
        self::assertSame('1.5', $this->redis->get('5'));
        $arguments = [5, '100'];
        self::assertTrue(CoerciveCall::invoke($this->redis, 'expire', $arguments));
        self::assertSame(100, $this->redis->ttl('5'));
        self::assertTrue($this->redis->set('true', true));
        self::assertSame('1', $this->redis->get('true'));
        self::assertTrue($this->redis->set('null', null));
        self::assertSame('', $this->redis->get('null'));
    }

    /** As in the extension: a file with strict types gets no conversions. */
    public function testStrictTypesApply(): void
    {
        self::assertSame(0, $this->redis->del(5));
        $this->expectException(\TypeError::class);
        $this->expectExceptionMessage('RedisCluster\RedisCluster::expire(): Argument #2 ($timeout) must be of type');
        $this->redis->expire('key', '100');
    }

    public function testEmptyListsReturnFalse(): void
    {
        $calls = [['mget', []], ['mset', []], ['del', []], ['sAddArray', 's', []], ['hMSet', 'h', []], ['pfAdd', 'p', []]];
        foreach ($calls as $call) {
            self::assertFalse($this->redis->{array_shift($call)}(...$call));
        }
    }
}
