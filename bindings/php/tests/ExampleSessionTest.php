<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;

/** The example session in the README of rediscluster-php, with two masters. */
final class ExampleSessionTest extends ClusterTestCase
{
    public function testTheExampleSessionWorks(): void
    {
        $client = new Client(self::config(2));

        self::assertSame('OK', $client->command('SET', 'foo', 'bar'));
        self::assertSame('bar', $client->command('GET', 'foo'));
        self::assertSame('node_2', $client->nodeFor('foo')['alias']);
        self::assertSame('node_1', $client->nodeFor('bar')['alias']);
        self::assertSame('node_2', $client->nodeFor('foobar')['alias']);
        self::assertNull($client->command('GET', 'bar{foo}'));
        self::assertSame('OK', $client->command('MSET', 'bar{foo}', 'bar', 'foo', 'foo'));
        self::assertSame(['bar', 'foo'], $client->command('MGET', 'bar{foo}', 'foo'));
        self::assertSame(1, $client->command('DEL', 'foo'));
        self::assertSame(3, $client->command('SADD', 'foo', 'a1', 'a2', 'a3'));
        self::assertSame(3, $client->command('SADD', 'bar', 'b1', 'a2', 'b3'));
        self::assertSame(2, $client->command('SDIFFSTORE', 'foobar', 'foo', 'bar'));
        self::assertEqualsCanonicalizing(['a1', 'a3'], $client->command('SMEMBERS', 'foobar'));
    }

    public function testATaggedKeyIsStoredWithoutTheTagOnTheNodeOfTheTag(): void
    {
        $client = new Client(self::config(2));
        $client->command('SET', 'bar{foo}', 'tagged');

        $keys = $client->each('KEYS', '*');

        self::assertSame(['node_1' => [], 'node_2' => ['bar']], $keys);
    }

    public function testAPlainConnectionReadsTheSameValue(): void
    {
        $this->client->command('SET', 'foo', 'bar');
        ['host' => $host, 'port' => $port] = $this->client->nodeFor('foo');

        $socket = stream_socket_client("tcp://$host:$port");
        fwrite($socket, "GET foo\r\n");

        self::assertSame("\$3\r\n", fgets($socket));
        self::assertSame("bar\r\n", fgets($socket));
    }
}
