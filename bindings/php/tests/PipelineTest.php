<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

final class PipelineTest extends ClusterTestCase
{
    public function testRepliesAreInTheOrderOfTheCommandsAcrossAllNodes(): void
    {
        $keys = array_map(fn (int $i) => "key $i", range(1, 10_000));
        $sets = $this->client->execute(array_map(fn (string $key) => ['SET', $key, "value of $key"], $keys));
        $gets = $this->client->execute(array_map(fn (string $key) => ['GET', $key], $keys));

        self::assertSame(array_fill(0, 10_000, 'OK'), $sets);
        self::assertSame(array_map(fn (string $key) => "value of $key", $keys), $gets);
        self::assertGreaterThan(3_000, min($this->client->each('DBSIZE')), 'every node has about a third of the keys');
    }

    public function testAPipelineCollectsCommandsAndCanBeReused(): void
    {
        $pipeline = $this->client->pipeline()->command('SET', 'foo', 1)->command('INCR', 'foo')->command('MGET', 'foo', 'bar');

        self::assertSame(['OK', 2, ['2', null]], $pipeline->execute());
        self::assertSame([], $pipeline->execute(), 'execute() empties the pipeline');
        self::assertSame([3], $pipeline->command('INCR', 'foo')->execute(), 'the pipeline can be used again');
    }

    public function testAnEmptyPipelineReturnsAnEmptyList(): void
    {
        self::assertSame([], $this->client->execute([]));
        self::assertSame([], $this->client->pipeline()->execute());
    }

    public function testAServerErrorIsReturnedAtThePositionOfItsCommand(): void
    {
        [$first, $error, $last] = $this->client->execute([
            ['SET', 'foo', 'bar'],
            ['LPUSH', 'foo', 'x'],
            ['GET', 'foo'],
        ]);

        self::assertSame(['OK', 'bar'], [$first, $last]);
        self::assertInstanceOf(ServerException::class, $error);
        self::assertStringStartsWith('WRONGTYPE ', $error->getMessage());
        self::assertSame(0, $error->getCode());
    }

    public function testANodeThatIsDownFailsOnlyItsOwnCommands(): void
    {
        $keys = array_map($this->keyOn(...), ['node_1', 'node_2', 'node_3']);
        $client = new Client(self::configWithDeadNode('node_2'));

        $replies = $client->execute(array_map(fn (string $key) => ['SET', $key, 'value'], [...$keys, ...$keys]));

        self::assertSame(['OK', 'OK', 'OK', 'OK'], [$replies[0], $replies[2], $replies[3], $replies[5]]);
        foreach ([$replies[1], $replies[4]] as $failure) {
            self::assertInstanceOf(ConnectionException::class, $failure);
            self::assertSame(Exception::CONNECT, $failure->getCode());
            self::assertSame('node_2', $failure->node);
            self::assertFalse($failure->executed);
        }
    }

    public function testARejectedCommandDoesNotAffectTheOthers(): void
    {
        $replies = $this->client->execute([['SET', 'foo', 'bar'], ['NOSUCHCOMMAND', 'x'], ['GET', 'foo']]);

        self::assertSame(['OK', 'bar'], [$replies[0], $replies[2]]);
        self::assertInstanceOf(Exception::class, $replies[1]);
    }
}
