<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Serializers and compression: the stored bytes equal those of phpredis, and both read each other's values. */
final class SerializersTest extends RedisClusterTestCase
{
    private const EXTENSIONS = [RedisCluster::SERIALIZER_IGBINARY => 'igbinary', RedisCluster::SERIALIZER_MSGPACK => 'msgpack'];

    /** @dataProvider serializers */
    public function testSerializedValuesKeepTheirTypes(int $serializer): void
    {
        $this->useSerializer($serializer);
        foreach (self::values() as $name => $value) {
            if ($serializer === RedisCluster::SERIALIZER_JSON && in_array($name, ['object', 'whole float', 'binary', 'infinite'], true)) {
                continue;
            }
            self::assertTrue($this->redis->set('key', $value));
            self::assertEquals($value, $this->redis->get('key'), $name);
            self::assertSame(gettype($value), gettype($this->redis->get('key')), $name);
            self::assertEquals([$value, false], $this->redis->mget(['key', 'none']), $name);
            self::assertEquals($value, $this->redis->_unserialize($this->redis->_serialize($value)), $name);
        }
    }

    /**
     * @dataProvider serializers
     * @requires extension redis
     */
    public function testSerializedBytesAreThoseOfPhpredis(int $serializer): void
    {
        $this->useSerializer($serializer);
        $phpredis = $this->phpredis();
        if (!$phpredis->setOption(\Redis::OPT_SERIALIZER, $serializer)) {
            self::markTestSkipped('ext-redis was built without it');
        }
        foreach (self::values() as $name => $value) {
            self::assertSame(bin2hex($phpredis->_serialize($value)), bin2hex($this->redis->_serialize($value)), $name);
            $phpredis->set('theirs', $value);
            $this->redis->set('ours', $value);
            self::assertEquals($phpredis->get('theirs'), $this->redis->_unpack($phpredis->_pack($value)), $name);
            self::assertSame(bin2hex($phpredis->_pack($value)), bin2hex($this->client->command('GET', 'ours')), $name);
        }
        foreach (['', 'abc', 'false', 'b:0;', '{bad', 'i:5', 'null', 'N;', '0', '"x"', "\0\0\0\2", '[1,', '5'] as $bytes) {
            self::assertSame($phpredis->_unpack($bytes), $this->redis->_unpack($bytes), $bytes);
        }
    }

    /** @return array<string, array{int}> */
    public static function serializers(): array
    {
        return [
            'php' => [RedisCluster::SERIALIZER_PHP],
            'igbinary' => [RedisCluster::SERIALIZER_IGBINARY],
            'msgpack' => [RedisCluster::SERIALIZER_MSGPACK],
            'json' => [RedisCluster::SERIALIZER_JSON],
        ];
    }

    public function testASerializerIsAvailableWithItsExtension(): void
    {
        foreach (self::EXTENSIONS as $serializer => $extension) {
            self::assertSame(extension_loaded($extension), $this->redis->setOption(RedisCluster::OPT_SERIALIZER, $serializer));
        }
    }

    public function testWithoutASerializerValuesAreStrings(): void
    {
        $this->redis->set('key', 1.5);
        self::assertSame('1.5', $this->redis->get('key'));
        self::assertSame(['1', '', '', 'Array', 'Object'], array_map($this->redis->_pack(...), [true, false, null, [1], new \stdClass()]));
        self::assertSame('x', $this->redis->_unserialize('x'));
    }

    public function testBytesThatAreNotSerializedAreReturnedUnchanged(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_PHP);
        self::assertSame(5, $this->redis->incrBy('counter', 5));
        [$result, $warnings] = self::captureWarnings(fn () => $this->redis->get('counter'));
        self::assertSame(['5', []], [$result, $warnings]);
        $this->redis->set('key', false);
        self::assertFalse($this->redis->get('key'));
        self::assertSame('b:0;', $this->client->command('GET', 'key'));
        $this->expectException(\RedisException::class);
        $this->redis->_unserialize('5');
    }

    public function testFieldValuesElementsAndMembersAreSerialized(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_JSON);
        $this->redis->hSet('h', 'f', [1]);
        $this->redis->rPush('l', [2], 'x');
        $this->redis->sAdd('s', ['a' => 1]);
        self::assertSame('[1]', $this->client->command('HGET', 'h', 'f'));
        self::assertSame(['f' => [1]], $this->redis->hGetAll('h'));
        self::assertSame([[2], 'x'], $this->redis->lRange('l', 0, -1));
        self::assertSame([['a' => 1]], $this->redis->sMembers('s'));
        self::assertTrue($this->redis->sIsMember('s', ['a' => 1]));
    }

    public function testPackIgnoreNumbersDoesNotSerializeNumbers(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_PHP);
        $this->redis->setOption(RedisCluster::OPT_PACK_IGNORE_NUMBERS, true);
        $this->redis->set('key', 41);
        self::assertSame(42, $this->redis->incr('key'));
        self::assertSame(42, $this->redis->get('key'));
        $this->redis->set('key', 1.5);
        self::assertSame('1.5', $this->client->command('GET', 'key'));
        self::assertSame(1.5, $this->redis->get('key'));
        $this->redis->set('key', ['a']);
        self::assertSame(['a'], $this->redis->get('key'));
    }

    /** @dataProvider compressions */
    public function testCompressedValuesAreReadBackUnchanged(int $algorithm): void
    {
        $this->useCompression($algorithm);
        foreach ([RedisCluster::SERIALIZER_NONE, RedisCluster::SERIALIZER_PHP] as $serializer) {
            $this->redis->setOption(RedisCluster::OPT_SERIALIZER, $serializer);
            foreach (['', 'a', str_repeat('ab', 5000), random_bytes(300)] as $value) {
                $this->redis->set('key', $value);
                self::assertSame($value, $this->redis->get('key'));
                self::assertSame($value, $this->redis->_uncompress($this->redis->_compress($value)));
            }
        }
        $this->redis->set('key', str_repeat('ab', 5000));
        self::assertLessThan(500, $this->redis->strlen('key'));
    }

    /** @dataProvider compressions */
    public function testBytesThatAreNotCompressedAreReturnedUnchanged(int $algorithm): void
    {
        $this->useCompression($algorithm);
        foreach (['', 'a', 'plain text', "\xff\xff\xff\xff\xff\xff\xff"] as $value) {
            $this->client->command('SET', 'key', $value);
            self::assertSame($value, $this->redis->get('key'));
        }
        $this->expectException(\RedisException::class);
        $this->redis->_uncompress('plain text');
    }

    /**
     * @dataProvider compressions
     * @requires extension redis
     */
    public function testCompressedBytesAreThoseOfPhpredis(int $algorithm): void
    {
        $this->useCompression($algorithm);
        $phpredis = $this->phpredis();
        if (!$phpredis->setOption(\Redis::OPT_COMPRESSION, $algorithm)) {
            self::markTestSkipped('ext-redis was built without it');
        }
        foreach ([0, 1, 9, 12, 13, 40] as $level) {
            $phpredis->setOption(\Redis::OPT_COMPRESSION_LEVEL, $level);
            $this->redis->setOption(RedisCluster::OPT_COMPRESSION_LEVEL, $level);
            foreach (['', 'a', str_repeat('hello world ', 50), random_bytes(100)] as $value) {
                self::assertSame(bin2hex($phpredis->_pack($value)), bin2hex($this->redis->_pack($value)), "level $level");
                self::assertSame($value, $this->redis->_unpack($phpredis->_pack($value)));
            }
        }
    }

    /** @return array<string, array{int}> */
    public static function compressions(): array
    {
        return ['lzf' => [RedisCluster::COMPRESSION_LZF], 'zstd' => [RedisCluster::COMPRESSION_ZSTD], 'lz4' => [RedisCluster::COMPRESSION_LZ4]];
    }

    private function useSerializer(int $serializer): void
    {
        if (!$this->redis->setOption(RedisCluster::OPT_SERIALIZER, $serializer)) {
            self::markTestSkipped(self::EXTENSIONS[$serializer] . ' is not loaded');
        }
    }

    private function useCompression(int $algorithm): void
    {
        if (!$this->redis->setOption(RedisCluster::OPT_COMPRESSION, $algorithm)) {
            self::markTestSkipped('the extension for this algorithm is not loaded');
        }
    }

    private function phpredis(): \Redis
    {
        $phpredis = new \Redis();
        ['host' => $host, 'port' => $port] = self::config()['nodes']['node_1'];
        $phpredis->connect($host, $port);
        return $phpredis;
    }

    /** @return array<string, mixed> */
    private static function values(): array
    {
        return [
            'text' => 'abc', 'nothing' => '', 'number' => '123', 'markup' => '<a href="/é">&\'', 'integer' => 5, 'zero' => 0, 'float' => 1.5,
            'whole float' => 2.0, 'long float' => 0.1 + 0.2, 'infinite' => \INF, 'true' => true, 'false' => false, 'null' => null,
            'list' => [1, 'two', 3.5, [null]], 'map' => ['a' => 1, 5 => 'b', '' => []], 'object' => (object) ['x' => 1], 'binary' => "\xff\0\x80",
        ];
    }
}
