<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

/** The properties node, address and command of exceptions. */
final class ErrorOriginTest extends ClusterTestCase
{
    public function testAnErrorReplySaysWhereItComesFrom(): void
    {
        $key = $this->keyOn('node_2');
        $this->client->command('SET', $key, 'text');
        $port = self::config()['nodes']['node_2']['port'];
        $thrown = self::thrownBy(fn() => $this->client->command('lpush', $key, 1));
        $inPipeline = $this->client->execute([['GET', $key], ['LPUSH', $key, 1]])[1];
        $ofNode = $this->client->each('LPUSH', $key, 1)['node_2'];
        foreach ([$thrown, $inPipeline, $ofNode, \unserialize(\serialize($thrown))] as $exception) {
            self::assertInstanceOf(ServerException::class, $exception);
            self::assertStringStartsWith('WRONGTYPE ', $exception->getMessage());
            self::assertSame(['node_2', "127.0.0.1:$port", 'LPUSH'], [$exception->node, $exception->address, $exception->command]);
        }
    }

    public function testAFailureSaysWhereItComesFrom(): void
    {
        $config = self::configWithDeadNode('node_1');
        $client = new Client($config, shared: false);
        $key = $this->keyOn('node_1');
        $thrown = self::thrownBy(static fn() => $client->command('SET', $key, 1));
        $inPipeline = $client->execute([['SET', $key, 1]])[0];
        foreach ([$thrown, $inPipeline] as $exception) {
            self::assertInstanceOf(ConnectionException::class, $exception);
            $address = '127.0.0.1:' . $config['nodes']['node_1']['port'];
            self::assertSame(['node_1', $address, 'SET'], [$exception->node, $exception->address, $exception->command]);
        }
    }

    public function testAnExceptionOfAnEarlierReleaseCanBeRead(): void
    {
        $exception = \unserialize('O:22:"RedisCluster\Exception":4:{i:0;s:4:"text";i:1;i:7;i:2;s:6:"node_2";i:3;b:1;}');
        self::assertInstanceOf(Exception::class, $exception);
        self::assertSame(['node_2', null, null, true], [$exception->node, $exception->address, $exception->command, $exception->executed]);
    }
}
