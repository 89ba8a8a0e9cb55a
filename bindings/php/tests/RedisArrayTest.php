<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\ConfigException;
use RedisCluster\RedisArray;
use RedisCluster\RequestException;
use RedisCluster\Tests\Support\ClusterTestCase;

/** RedisArray beside phpredis' class of that name: each finds the data of the other. */
final class RedisArrayTest extends ClusterTestCase
{
    private const KEYS = ['foo', 'bar', 'a{b}c', 'x{}y', '{z}', '{a', 'a}b{c}', "\0\xff", 'user:7', 'one', 'two', 'six', '0', 'a{b}{c}', 'end{tag}'];

    /** @return iterable<string, array{array<string, mixed>}> */
    public static function options(): iterable
    {
        yield 'by default' => [[]];
        yield 'a key function' => [['function' => static fn (string $key): string => substr($key, 0, 1)]];
        yield 'a distributor' => [['distributor' => static fn (string $key): int => strlen($key) % 3]];
        yield 'both' => [['function' => 'strrev', 'distributor' => static fn (string $key): int => ord($key) % 3]];
    }

    /**
     * @dataProvider options
     * @requires extension redis
     * @param array<string, mixed> $options
     */
    public function testItSharesItsDataWithRedisArray(array $options): void
    {
        [$ours, $theirs] = [new RedisArray(self::hosts(), $options), new \RedisArray(self::hosts(), $options)];
        self::assertSame($theirs->_hosts(), $ours->_hosts());
        foreach ([...self::KEYS, ...array_map(static fn (int $number): string => md5((string) $number), range(1, 200))] as $key) {
            self::assertSame($theirs->_target($key), $ours->_target($key), $key);
        }
        foreach (['', 'prefix{p}:'] as $prefix) {
            $ours->setOption(\Redis::OPT_PREFIX, $prefix);
            $theirs->setOption(\Redis::OPT_PREFIX, $prefix);
            self::checkKeys($ours, $theirs, $prefix);
            self::checkKeys($theirs, $ours, $prefix);
        }
    }

    private static function checkKeys(object $writer, object $reader, string $prefix): void
    {
        self::assertTrue($writer->mset(array_fill_keys(self::KEYS, 'many')));
        self::assertSame(array_fill(0, count(self::KEYS), 'many'), $reader->mget(self::KEYS));
        foreach (self::KEYS as $key) {
            self::assertTrue($writer->set($key, "value of $key"));
            self::assertSame("value of $key", $reader->get($key));
            self::assertSame(1, $writer->hSet("hash $key", 'field', 'value'));
            self::assertSame(['field' => 'value'], $reader->hGetAll("hash $key"));
            self::assertSame(1, $reader->del("hash $key"));
        }
        self::assertSame(count(self::KEYS), $reader->del(self::KEYS));
    }

    public function testCommandsWithSeveralKeysRunAcrossHosts(): void
    {
        $array = new RedisArray(self::hosts(), ['distributor' => static fn (string $key): int => (int) substr($key, -1)]);
        $array->sAdd('set0', 'a', 'b');
        $array->sAdd('set1', 'b', 'c');
        self::assertSame(['b'], $array->sInter('set0', 'set1'));
        self::assertSame(3, $array->sUnionStore('union2', 'set0', 'set1'));
        self::assertTrue($array->rename('union2', 'renamed1'));
        self::assertSame([true, 3], $array->pipeline()->set('a1', 'x')->sCard('renamed1')->exec());
        self::assertSame(['x', 3], $array->multi()->get('a1')->sCard('renamed1')->exec());
        self::assertSame([1, 3, 0], array_values($this->client->each('DBSIZE')));
        self::assertEqualsCanonicalizing(['set0', 'set1', 'renamed1', 'a1'], $array->keys('*'));
        self::assertSame(2, $array->eval('return redis.call("SCARD", KEYS[1])', ['set1'], 1));
        $iterator = null;
        self::assertCount(2, $array->sScan('set1', $iterator));
    }

    public function testWhatCannotBePlacedIsRefused(): void
    {
        $array = new RedisArray(self::hosts(), ['distributor' => static fn (): int => 7]);
        $thrown = self::thrownBy(static fn () => $array->get('key'));
        self::assertInstanceOf(RequestException::class, $thrown);
        self::assertStringContainsString('the distributor returned 7', $thrown->getMessage());
        $array = new RedisArray(self::hosts());
        foreach ([fn () => $array->get(''), fn () => $array->rawCommand('GET', 'a'), fn () => $array->sort('a', ['by' => 'b_*']), fn () => $array->sortAsc('a', null, 'c_*')] as $call) {
            self::assertInstanceOf(RequestException::class, self::thrownBy($call));
        }
        foreach (['algorithm' => 'md5', 'consistent' => true, 'previous' => ['h:1'], 'autorehash' => true, 'index' => true] as $name => $value) {
            $thrown = self::thrownBy(static fn () => new RedisArray(self::hosts(), [$name => $value]));
            self::assertInstanceOf(ConfigException::class, $thrown);
            self::assertStringContainsString($name, $thrown->getMessage());
        }
    }

    /** @return list<string> */
    private static function hosts(): array
    {
        return array_values(array_map(static fn (array $node): string => "$node[host]:$node[port]", self::config()['nodes']));
    }
}
