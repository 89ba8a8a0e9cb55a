<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\CrossNodeException;
use RedisCluster\Exception;
use RedisCluster\RequestException;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

/** Sessions: transactions, subscriptions and the selected database. */
final class ClientSessionTest extends ClusterTestCase
{
    public function testATransactionFailsAfterAWatchedKeyChanged(): void
    {
        $session = $this->client->session();

        self::assertSame('OK', $session->command('WATCH', 'foo'));
        self::assertSame(
            ['OK', 'QUEUED', 'QUEUED', ['OK', 2]],
            $session->execute([['MULTI'], ['SET', 'foo', 1], ['INCR', 'foo'], ['EXEC']]),
        );

        $session->command('WATCH', 'foo');
        $this->client->command('SET', 'foo', 'theirs');
        self::assertSame(['OK', 'QUEUED', null], $session->execute([['MULTI'], ['SET', 'foo', 'mine'], ['EXEC']]));
        self::assertSame('theirs', $this->client->command('GET', 'foo'));
    }

    public function testATransactionWithKeysOfTwoNodesIsAborted(): void
    {
        $session = $this->client->session();
        $session->execute([['MULTI'], ['SET', $this->keyOn('node_1'), 1]]);

        $thrown = self::thrownBy(fn () => $session->command('SET', $this->keyOn('node_2'), 1));
        self::assertInstanceOf(CrossNodeException::class, $thrown);
        $thrown = self::thrownBy(fn () => $session->command('EXEC'));
        self::assertInstanceOf(ServerException::class, $thrown);
        self::assertStringStartsWith('EXECABORT ', $thrown->getMessage());
        self::assertSame(0, $this->client->command('DBSIZE'));
    }

    public function testMessagesOfAllNodesAreReceived(): void
    {
        $session = $this->client->session();
        $channels = array_map($this->keyOn(...), ['node_1', 'node_2', 'node_3']);

        self::assertSame(['subscribe', $channels[0], 1], $session->command('SUBSCRIBE', $channels[0]));
        self::assertCount(2, $session->command('SUBSCRIBE', $channels[1], $channels[2]));
        self::assertNull($session->receive(0));
        self::assertNull($session->receive(0.001));
        foreach ($channels as $channel) {
            self::assertSame(1, $this->client->command('PUBLISH', $channel, 'hello'));
            self::assertSame(['message', $channel, 'hello'], $session->receive());
        }
    }

    public function testASelectedDatabaseAffectsOnlyTheSession(): void
    {
        $session = $this->client->session();
        $session->execute([['SELECT', 5], ['SET', 'foo', 'bar']]);

        self::assertSame('bar', $session->command('GET', 'foo'));
        self::assertNull($this->client->command('GET', 'foo'));
        $session->command('DEL', 'foo');
    }

    public function testAClosedSessionThrowsAndASessionOutlivesItsClient(): void
    {
        $session = $this->client->session();
        self::assertInstanceOf(RequestException::class, self::thrownBy(fn () => $session->receive(0)));
        $session->close();
        $session->close();
        self::assertSame(Exception::ARGUMENT, self::thrownBy(fn () => $session->command('PING'))->getCode());

        $client = new Client(self::config(), shared: false);
        $session = $client->session();
        $client->close();
        self::assertSame('PONG', $session->command('PING'), 'a session outlives its client');
        self::assertSame(Exception::ARGUMENT, self::thrownBy(fn () => $client->session())->getCode());
    }
}
