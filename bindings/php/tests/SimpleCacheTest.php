<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use Psr\SimpleCache\CacheException as PsrCacheException;
use Psr\SimpleCache\CacheInterface;
use Psr\SimpleCache\InvalidArgumentException as PsrInvalidArgumentException;
use RedisCluster\Cache\SimpleCache;
use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** The requirements of PSR-16, with three nodes. */
final class SimpleCacheTest extends ClusterTestCase
{
    private SimpleCache $cache;

    public static function setUpBeforeClass(): void
    {
        require_once 'Psr/SimpleCache/autoload.php';
    }

    protected function setUp(): void
    {
        parent::setUp();
        $this->cache = new SimpleCache($this->client);
    }

    /** @dataProvider versions */
    public function testTheCacheImplementsEveryVersionOfTheInterface(int $version, string $parameter, bool $returns): void
    {
        [$status, $output] = Php::run(__DIR__ . '/programs/simple_cache.php', [(string) $version]);

        self::assertSame(0, $status, $output);
        self::assertStringContainsString("<required> $parameter ]", $output, 'the interface of this version is loaded');
        self::assertSame($returns, str_contains($output, 'Return [ bool ]'), 'the interface of this version is loaded');
        self::assertStringEndsWith('["bar",{"foo":"bar","none":null},"RedisCluster\\\\Cache\\\\InvalidArgumentException"]', $output);
    }

    public static function versions(): iterable
    {
        yield 'psr/simple-cache 1' => [1, '$key', false];
        yield 'psr/simple-cache 2' => [2, 'string $key', false];
        yield 'psr/simple-cache 3' => [3, 'string $key', true];
    }

    /** @dataProvider values */
    public function testAValueIsReadBackUnchanged(mixed $value): void
    {
        foreach ($this->caches() as $cache) {
            self::assertTrue($cache->set('key', $value));
            self::assertTrue($cache->has('key'));
            self::assertEquals($value, $cache->get('key', 'default'));
            self::assertSame(get_debug_type($value), get_debug_type($cache->get('key', 'default')));
            self::assertTrue($cache->setMultiple(['a' => $value, 'b' => $value]));
            self::assertEquals(['b' => $value, 'a' => $value, 'c' => 'default'], $cache->getMultiple(['b', 'a', 'c'], 'default'));
        }
    }

    public static function values(): iterable
    {
        yield 'false' => [false];
        yield 'true' => [true];
        yield 'null' => [null];
        yield 'zero' => [0];
        yield 'an empty string' => [''];
        yield 'bytes' => ["\0\xff\r\n"];
        yield 'a float' => [0.1 + 0.2];
        yield 'the smallest int' => [PHP_INT_MIN];
        yield 'an array' => [['a' => [1, null, false], 7 => 'x']];
        yield 'an object' => [new \DateTimeImmutable('2020-02-29 12:00:00.5 UTC')];
        yield 'a string that looks serialized' => [serialize(false)];
    }

    /** @dataProvider unreadable */
    public function testUnreadableBytesAreAMiss(string $bytes): void
    {
        foreach ($this->caches() as $cache) {
            $this->client->command('SET', 'cache:key', $bytes);
            self::assertSame('default', $cache->get('key', 'default'));
            self::assertSame(['key' => 'default'], $cache->getMultiple(['key'], 'default'));
        }
        self::assertSame('', (string) ini_get('unserialize_callback_func'), 'the setting is restored');
    }

    public static function unreadable(): iterable
    {
        yield 'empty' => [''];
        yield 'another format' => ['{"a":1}'];
        yield 'truncated' => ['a:2:{i:0;i:1;'];
        yield 'an object of an unknown class' => ['O:19:"RedisCluster\Missing":0:{}'];
        yield 'an array with an object of an unknown class' => ['a:1:{i:0;O:19:"RedisCluster\Missing":0:{}}'];
        yield 'an object with invalid data' => ['O:8:"DateTime":0:{}'];
        yield 'truncated igbinary data' => ["\0\0\0\2"];
    }

    public function testAValueThatCannotBeSerializedIsRejected(): void
    {
        self::assertInstanceOf(PsrInvalidArgumentException::class, self::thrownBy(fn () => $this->cache->set('key', fn () => 1)));
        self::assertFalse($this->cache->has('key'));
    }

    /** @dataProvider badKeys */
    public function testEveryMethodRejectsKeysThatPsr16Forbids(mixed $key): void
    {
        $calls = [
            fn () => $this->cache->get($key), fn () => $this->cache->set($key, 1), fn () => $this->cache->delete($key), fn () => $this->cache->has($key),
            fn () => $this->cache->getMultiple(['a', $key]), fn () => $this->cache->deleteMultiple(['a', $key]),
        ];
        foreach ($calls as $call) {
            self::assertInstanceOf(PsrInvalidArgumentException::class, self::thrownBy($call));
        }
    }

    public static function badKeys(): iterable
    {
        foreach (str_split('{}()/\\@:') as $character) {
            yield $character => ["a{$character}b"];
        }
        yield 'empty' => [''];
        yield 'null' => [null];
        yield 'an int' => [7];
        yield 'a float' => [2.5];
        yield 'an array' => [['a']];
    }

    public function testSetMultipleWithAnInvalidKeySetsNothing(): void
    {
        $values = (function () {
            yield 'good' => 1;
            yield '{bad}' => 2;
        })();

        self::assertInstanceOf(PsrInvalidArgumentException::class, self::thrownBy(fn () => $this->cache->setMultiple($values)));
        self::assertFalse($this->cache->has('good'));
    }

    public function testTheMultipleMethodsAcceptGeneratorsAndEmptyLists(): void
    {
        $keys = fn () => yield from ['a', 'b', 'none'];

        self::assertTrue($this->cache->setMultiple((fn () => yield from ['a' => 1, 'b' => 2, 7 => 3])()));
        self::assertSame(['a' => 1, 'b' => 2, 'none' => null], $this->cache->getMultiple($keys()));
        self::assertSame(3, $this->cache->get('7'), 'PHP converts a numeric array key to an int');
        self::assertTrue($this->cache->deleteMultiple($keys()));
        self::assertSame([], array_filter([$this->cache->has('a'), $this->cache->has('b')]));
        self::assertSame([[], true, true], [$this->cache->getMultiple([]), $this->cache->setMultiple([]), $this->cache->deleteMultiple([])]);
        self::assertInstanceOf(PsrInvalidArgumentException::class, self::thrownBy(fn () => $this->cache->getMultiple('a')));
    }

    public function testValuesAreDistributedOverTheNodes(): void
    {
        $values = [];
        for ($i = 0; $i < 300; $i++) {
            $values["key$i"] = $i;
        }
        $this->cache->setMultiple($values, 60);

        self::assertSame($values, $this->cache->getMultiple(array_keys($values)));
        foreach ($this->client->each('DBSIZE') as $size) {
            self::assertGreaterThan(50, $size);
        }
    }

    /** @dataProvider ttls */
    public function testAValueExpiresAfterItsTtl(mixed $ttl, int $expected): void
    {
        $this->cache->set('a', 1, $ttl);
        $this->cache->setMultiple(['b' => 1], $ttl);
        (new SimpleCache($this->client, defaultTtl: $ttl))->set('c', 1);
        foreach (['a', 'b', 'c'] as $key) {
            self::assertEqualsWithDelta($expected, $this->client->command('PTTL', "cache:$key"), 60_000);
        }
    }

    public static function ttls(): iterable
    {
        yield 'no expiry' => [null, -1];
        yield 'seconds' => [1000, 1_000_000];
        yield 'an interval' => [new \DateInterval('PT1H'), 3_600_000];
        yield 'an interval of days' => [new \DateInterval('P2DT1H'), 49 * 3_600_000];
        yield 'the largest int' => [PHP_INT_MAX, 10_000_000_000_000];
    }

    public function testATtlBelowOneSecondIsKept(): void
    {
        $interval = new \DateInterval('PT0S');
        $interval->f = 0.9;
        $this->cache->set('key', 1, $interval);

        self::assertLessThanOrEqual(900, $this->client->command('PTTL', 'cache:key'));
        self::assertNotSame(-1, $this->client->command('PTTL', 'cache:key'), 'the key expires');
    }

    /** @dataProvider ttlsInThePast */
    public function testATtlOfZeroOrLessDeletesTheValue(mixed $ttl): void
    {
        $this->cache->setMultiple(['a' => 1, 'b' => 1, 'c' => 1]);

        self::assertTrue($this->cache->set('a', 2, $ttl));
        self::assertTrue($this->cache->setMultiple(['b' => 2, 'c' => 2], $ttl));
        self::assertSame(0, $this->client->command('DBSIZE'));
    }

    public static function ttlsInThePast(): iterable
    {
        yield 'zero' => [0];
        yield 'negative' => [-1];
        yield 'the smallest int' => [PHP_INT_MIN];
        yield 'an empty interval' => [new \DateInterval('PT0S')];
        yield 'a negative interval' => [\DateInterval::createFromDateString('-1 day')];
    }

    public function testATtlOfAnotherTypeIsRejected(): void
    {
        foreach (['10', 1.5, true, []] as $ttl) {
            self::assertInstanceOf(PsrInvalidArgumentException::class, self::thrownBy(fn () => $this->cache->set('key', 1, $ttl)));
        }
    }

    public function testDeletingAMissingKeySucceeds(): void
    {
        self::assertTrue($this->cache->delete('none'));
        self::assertTrue($this->cache->deleteMultiple(['none', 'nothing']));
        self::assertNull($this->cache->get('none'));
    }

    public function testClearRemovesOnlyTheKeysOfTheCache(): void
    {
        $caches = [];
        foreach (['shop:', 'shop:users:', 'sho*:', 'sho?:', '[s]hop:', 'back\\:'] as $prefix) {
            $caches[$prefix] = new SimpleCache($this->client, $prefix);
            $caches[$prefix]->setMultiple(array_fill_keys(array_map(fn (int $i) => "key$i", range(1, 50)), 1));
        }
        $this->client->command('SET', 'shopping', 'list');

        $remaining = 301;
        foreach ($caches as $cache) {
            self::assertTrue($cache->clear());
            self::assertSame($remaining -= 50, $this->client->command('DBSIZE'));
            self::assertFalse($cache->has('key1'));
        }
        self::assertSame('list', $this->client->command('GET', 'shopping'));
    }

    public function testClearRemovesThousandsOfKeys(): void
    {
        $keys = array_map(fn (int $i) => "key$i", range(1, 7000));
        $this->cache->setMultiple(array_fill_keys($keys, 1));

        self::assertTrue($this->cache->clear());
        self::assertSame(0, $this->client->command('DBSIZE'));
    }

    public function testAnInvalidPrefixIsRejected(): void
    {
        foreach (['', 'shop', 'shop{1}:'] as $prefix) {
            $thrown = self::thrownBy(fn () => new SimpleCache($this->client, $prefix));
            self::assertInstanceOf(PsrInvalidArgumentException::class, $thrown);
        }
    }

    /** @testWith [{}]
     *            [{"partial": true}]
     */
    public function testAConnectionFailureIsACacheException(array $options): void
    {
        $key = substr($this->keyOn('node_2', 'cache:key'), strlen('cache:'));
        $cache = new SimpleCache(new Client(self::configWithDeadNode('node_2') + $options));
        $calls = [
            fn () => $cache->get($key), fn () => $cache->set($key, 1), fn () => $cache->delete($key), fn () => $cache->has($key), fn () => $cache->clear(),
            fn () => $cache->getMultiple(['a', $key]), fn () => $cache->setMultiple([$key => 1]), fn () => $cache->deleteMultiple(['a', $key]),
        ];
        foreach ($calls as $call) {
            $thrown = self::thrownBy($call);
            self::assertInstanceOf(PsrCacheException::class, $thrown);
            self::assertInstanceOf(Exception::class, $thrown);
            self::assertInstanceOf(ConnectionException::class, $thrown->getPrevious());
            self::assertSame('node_2', $thrown->node);
        }
    }

    public function testAServerErrorIsNotAMiss(): void
    {
        $this->client->command('RPUSH', 'cache:list', 'x');

        self::assertStringStartsWith('WRONGTYPE', self::thrownBy(fn () => $this->cache->get('list'))->getMessage());
    }

    /** @return iterable<CacheInterface> */
    private function caches(): iterable
    {
        yield $this->cache;
        if (extension_loaded('igbinary')) {
            yield new SimpleCache($this->client, igbinary: true);
        } else {
            self::assertInstanceOf(PsrInvalidArgumentException::class, self::thrownBy(fn () => new SimpleCache($this->client, igbinary: true)));
        }
    }
}
