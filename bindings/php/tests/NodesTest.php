<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

/** nodeFor() and each(). */
final class NodesTest extends ClusterTestCase
{
    public function testNodeForReturnsAliasAndAddress(): void
    {
        $config = self::config(2);
        $client = new Client($config);

        self::assertSame(
            ['alias' => 'node_2', 'host' => '127.0.0.1', 'port' => $config['nodes']['node_2']['port'], 'unix' => null, 'key' => 'foo'],
            $client->nodeFor('foo'),
        );
    }

    public function testNodeForUsesTheHashTag(): void
    {
        $client = new Client(self::config(2));

        self::assertSame(['node_2', 'bar'], [$client->nodeFor('bar{foo}')['alias'], $client->nodeFor('bar{foo}')['key']]);
        self::assertSame("a\0b", $client->nodeFor("a\0b")['key']);
        self::assertSame('', $client->nodeFor('')['key']);
    }

    public function testNodeForReturnsThePathOfAUnixSocket(): void
    {
        $node = (new Client(['nodes' => ['node_1' => ['unix' => '/run/redis.sock']]]))->nodeFor('foo');

        self::assertSame(['alias' => 'node_1', 'host' => null, 'port' => null, 'unix' => '/run/redis.sock', 'key' => 'foo'], $node);
    }

    public function testNodeListNamesEqualServers(): void
    {
        $first = ['host' => '127.0.0.1', 'port' => 6401];
        $client = new Client(['nodes' => [
            'node_1' => $first,
            'node_2' => 'unix:///run/redis.sock?db=1',
            'node_3' => $first + ['db' => 2],
        ]]);
        $node = ['role' => 'master', 'master' => 'node_1', 'host' => null, 'port' => null, 'unix' => null, 'db' => 0, 'server' => 'node_1', 'replicas' => []];

        self::assertSame([
            'node_1' => \array_replace($node, $first),
            'node_2' => \array_replace($node, ['master' => 'node_2', 'unix' => '/run/redis.sock', 'db' => 1, 'server' => 'node_2']),
            'node_3' => \array_replace($node, $first, ['master' => 'node_3', 'db' => 2]),
        ], $client->nodeList(discover: false));
    }

    public function testEachReturnsOneReplyForEachAlias(): void
    {
        self::assertSame(['node_1' => 'PONG', 'node_2' => 'PONG', 'node_3' => 'PONG'], $this->client->each('PING'));
        self::assertSame([], array_filter($this->client->each('DBSIZE')));
    }

    public function testEachReturnsErrorsAsExceptions(): void
    {
        $errors = $this->client->each('CONFIG', 'NONSENSE');

        self::assertSame(['node_1', 'node_2', 'node_3'], array_keys($errors));
        self::assertContainsOnlyInstancesOf(ServerException::class, $errors);
    }

    public function testEachReturnsTheFailureOfANodeThatIsDown(): void
    {
        $replies = (new Client(self::configWithDeadNode('node_3')))->each('PING');

        self::assertSame(['PONG', 'PONG'], [$replies['node_1'], $replies['node_2']]);
        self::assertInstanceOf(ConnectionException::class, $replies['node_3']);
        self::assertSame('node_3', $replies['node_3']->node);
    }
}
