<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Compat\Redis;
use RedisCluster\RequestException;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Publisher;

/** Compat\Redis, for code that requires an object of the class Redis. */
final class CompatRedisTest extends ClusterTestCase
{
    public function testItIsARedis(): void
    {
        self::assertInstanceOf(\Redis::class, self::redis());
        self::assertTrue(class_exists('RedisException'));
    }

    public function testNoMethodIsInherited(): void
    {
        $inherited = [];
        foreach ((new \ReflectionClass(Redis::class))->getMethods() as $method) {
            if ($method->getDeclaringClass()->getName() !== Redis::class) {
                $inherited[] = $method->getName();
            }
        }
        self::assertSame([], $inherited);
    }

    public function testEveryMethodOfRedisClusterIsDeclared(): void
    {
        $methods = array_map(strtolower(...), get_class_methods(\RedisCluster\RedisCluster::class));
        $missing = array_diff($methods, array_map(strtolower(...), get_class_methods(Redis::class)));
        self::assertSame(['__get', '__isset'], array_values($missing));
    }

    public function testItIsConnectedByItsConfiguration(): void
    {
        $redis = self::redis();
        self::assertTrue($redis->isConnected());
        self::assertTrue($redis->set('key', 'value'));
        self::assertSame('value', $redis->get('key'));
        $node = self::config()['nodes']['node_1'];
        self::assertTrue($redis->connect($node['host'], $node['port'], 1.5));
        $this->expectException(RequestException::class);
        $redis->pconnect('192.0.2.1', 6379);
    }

    public function testBracesAreKept(): void
    {
        $redis = self::redis();
        self::assertTrue($redis->mSet(['queues:{high}' => 'a', 'queues:{low}' => 'b', 'name{tag}' => 'c']));
        self::assertSame(['a', 'b', 'c', false], $redis->mGet(['queues:{high}', 'queues:{low}', 'name{tag}', 'name']));
    }

    public function testMethodsAboutServersReturnOneReply(): void
    {
        $redis = self::redis();
        self::assertTrue($redis->ping());
        self::assertSame('text', $redis->ping('text'));
        self::assertTrue($redis->flushDB());
        self::assertSame(0, $redis->dbSize());
        $redis->mSet(['one' => 1, 'two' => 2, 'six' => 6]);
        self::assertSame(3, $redis->dbSize());
        self::assertMatchesRegularExpression('/^\d+\.\d+/', $redis->info()['redis_version']);
        self::assertSame('noeviction', $redis->info('memory')['maxmemory_policy']);
        self::assertSame(['maxmemory-policy' => 'noeviction'], $redis->config('GET', 'maxmemory-policy'));
        self::assertCount(2, $redis->time());
        self::assertTrue($redis->select(0));
        self::assertTrue($redis->client('setname', 'worker'));
        self::assertSame('worker', $redis->client('getname'));
        self::assertSame('master', $redis->role()[0]);
        self::assertSame(['node_1' => 'PONG', 'node_2' => 'PONG', 'node_3' => 'PONG'], $redis->each('PING'));
    }

    public function testPipelinesAndTransactionsReturnTheObjectItself(): void
    {
        $redis = self::redis();
        self::assertSame($redis, $redis->multi(\Redis::PIPELINE));
        self::assertSame($redis, $redis->set('one', '1')->incr('one')->ping()->get('two'));
        self::assertSame([true, 2, true, false], $redis->exec());
        self::assertSame([1, true], $redis->multi()->rPush('list', 'a')->lTrim('list', -5, -1)->exec());
        self::assertSame($redis, $redis->pipeline()->watch('one'));
        self::assertTrue($redis->discard());
    }

    public function testScansChangeTheIterator(): void
    {
        $redis = self::redis();
        $redis->mSet(['one' => 1, 'two' => 2, 'six' => 6]);
        $redis->hSet('hash', 'field', 'value');
        $keys = [];
        $iterator = null;
        while (($page = $redis->scan($iterator, '???')) !== false) {
            $keys = [...$keys, ...$page];
        }
        sort($keys);
        self::assertSame(['one', 'six', 'two'], $keys);
        $iterator = null;
        self::assertSame(['field' => 'value'], $redis->hScan('hash', $iterator));
        self::assertSame(0, $iterator);
    }

    public function testCallbacksOfSubscriptionsReceiveTheObjectItself(): void
    {
        $redis = self::redis();
        $node = self::config()['nodes'][$this->client->nodeFor('channel')['alias']];
        $publisher = new Publisher($node['port'], 'channel', 'message');
        $received = [];
        $redis->subscribe(['channel'], static function (...$message) use (&$received): void {
            $received = $message;
            $message[0]->unsubscribe(['channel']);
        });
        unset($publisher);
        self::assertSame([$redis, 'channel', 'message'], $received);
    }

    public function testTypesAreConvertedAsByPhpredis(): void
    {
        $redis = self::redis();
        self::assertTrue($redis->set('key', 5));
        self::assertTrue($redis->expire('key', '100'));
        self::assertSame(1, $redis->del(...['key']));
        self::assertSame(0, $redis->exists(7));
    }

    public function testItCanBeMocked(): void
    {
        $mock = $this->createMock(Redis::class);
        $mock->method('hGet')->willReturn('mocked');
        self::assertSame('mocked', $mock->hGet('key', 'field'));
        self::assertInstanceOf(\Redis::class, $mock);
    }

    public function testWithoutTheExtensionTheConstantsAreThoseThatWork(): void
    {
        $code = <<<'PHP'
            require $argv[1];
            class_exists('RedisCluster\Compat\Redis');
            $known = ['OPT_PREFIX', 'SERIALIZER_PHP', 'SERIALIZER_IGBINARY', 'SERIALIZER_MSGPACK', 'COMPRESSION_NONE', 'COMPRESSION_LZF',
                'COMPRESSION_ZSTD', 'COMPRESSION_ZSTD_MAX', 'COMPRESSION_LZ4'];
            foreach ($known as $name) {
                echo defined("Redis::$name") ? "$name " : '';
            }
            try {
                new Redis();
            } catch (RedisException $exception) {
                echo $exception->getMessage();
            }
            PHP;
        $message = 'ext-redis is not loaded: create a RedisCluster\Compat\Redis with a configuration instead';
        $output = "OPT_PREFIX SERIALIZER_PHP COMPRESSION_NONE $message";
        self::assertSame([0, $output], Php::command([PHP_BINARY, '-n', '-r', $code, dirname(__DIR__) . '/autoload.php']));
    }

    private static function redis(): Redis
    {
        return new Redis(array_diff_key(self::config(), ['hash_tag' => 0]));
    }
}
