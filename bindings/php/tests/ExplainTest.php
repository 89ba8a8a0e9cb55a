<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\RequestException;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\TimeoutException;

/** explain() and recover(). */
final class ExplainTest extends ClusterTestCase
{
    public function testExplainTellsWhereACommandGoes(): void
    {
        self::assertSame(
            [
                'command' => 'SET',
                'strategy' => 'one node',
                'atomic' => 1,
                'round_trips' => 1,
                'nodes' => ['node_3'],
                'keys' => [['position' => 1, 'key' => 'name', 'node' => 'node_3', 'pinned' => 0]],
                'steps' => [['round' => 1, 'node' => 'node_3', 'command' => 'SET name 1']],
                'reason' => null,
            ],
            $this->client->explain('SET', 'name{foo}', 1),
        );
        self::assertSame(0, $this->client->command('DBSIZE'), 'what is explained is not done');
    }

    public function testExplainTellsOfSeveralNodes(): void
    {
        $explanation = $this->client->explain('MGET', 'foo{foo}', 'bar', 'a{a}');

        self::assertSame(['split', 0, ['node_1', 'node_3']], [$explanation['strategy'], $explanation['atomic'], $explanation['nodes']]);
        self::assertSame([0, 1, 0], array_column($explanation['keys'], 'pinned'), 'bar alone is drawn to the node of the first key');
    }

    public function testExplainTellsWhyACommandIsRefused(): void
    {
        $explanation = $this->client->explain('EVAL', 'return 1', 2, 'foo', 'a');

        self::assertSame(['refuse', []], [$explanation['strategy'], $explanation['steps']]);
        self::assertStringStartsWith('CROSSNODE EVAL', $explanation['reason']);
    }

    public function testExplainNeedsACommand(): void
    {
        $this->expectException(RequestException::class);
        $this->client->explain();
    }

    public function testRecoverFindsNothingWhereNothingWasInterrupted(): void
    {
        self::assertSame([], $this->client->recover(60));
        self::assertSame([], $this->client->recover(0.5));
    }

    public function testRecoverNeedsAnAge(): void
    {
        foreach ([-1, -0.001, NAN, INF] as $age) {
            self::assertInstanceOf(\ValueError::class, self::thrownBy(fn () => $this->client->recover($age)));
        }
    }

    /** The destination's server takes no writes for so long that the move is given up. */
    public function testRecoverEndsAMoveThatWasInterrupted(): void
    {
        $client = new Client(self::config(3, ['read_timeout' => 0.3]));
        $destination = new Client(['nodes' => ['node_1' => self::config()['nodes'][$client->nodeFor('a')['alias']]]]);
        $client->command('RPUSH', 'foo', 'element');
        $destination->command('CLIENT', 'PAUSE', 60_000, 'WRITE');
        try {
            $thrown = self::thrownBy(fn () => $client->command('LMOVE', 'foo', 'a', 'LEFT', 'RIGHT'));
        } finally {
            $destination->command('CLIENT', 'UNPAUSE');
        }

        $young = $client->recover(3600);
        $ended = $client->recover(0);

        self::assertInstanceOf(TimeoutException::class, $thrown);
        self::assertSame(['young'], array_column($young, 'outcome'));
        self::assertCount(1, $ended);
        ['node' => $node, 'command' => $command, 'source' => $source, 'destination' => $to, 'outcome' => $outcome] = $ended[0];
        self::assertSame(['node_3', 'LMOVE', 'foo', 'a', 'undone'], [$node, $command, $source, $to, $outcome]);
        self::assertNull($ended[0]['reason']);
        self::assertGreaterThan(0, $ended[0]['age_ms']);
        self::assertLessThan(3_600_000, $ended[0]['age_ms']);
        self::assertSame(['element'], $client->command('LRANGE', 'foo', 0, -1));
        self::assertSame([], $client->recover(0));
    }
}
