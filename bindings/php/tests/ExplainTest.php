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
    public function testExplainReturnsNodeKeysAndStepsOfACommand(): void
    {
        self::assertSame(
            [
                'command' => 'SET',
                'strategy' => 'one node',
                'atomic' => 1,
                'round_trips' => 1,
                'nodes' => ['node_3'],
                'keys' => [['position' => 1, 'key' => 'name', 'node' => 'node_3', 'pinned' => 0]],
                'served_by' => 'master',
                'steps' => [['round' => 1, 'node' => 'node_3', 'command' => 'SET name 1']],
                'others_see' => 'nothing',
                'meanwhile' => 'the state before the command, or the one after it',
                'when_it_fails' => 'the state before, or the one after it; the error says whether the command may have been executed',
                'reason' => null,
            ],
            $this->client->explain('SET', 'name{foo}', 1),
        );
        self::assertSame(0, $this->client->command('DBSIZE'), 'explain() does not run the command');
    }

    public function testExplainReturnsAllNodesOfASplitCommand(): void
    {
        $explanation = $this->client->explain('MGET', 'foo{foo}', 'bar', 'a{a}');

        self::assertSame(['split', 0, ['node_1', 'node_3']], [$explanation['strategy'], $explanation['atomic'], $explanation['nodes']]);
        self::assertSame([0, 1, 0], array_column($explanation['keys'], 'pinned'), 'of these keys only bar is not pinned by its own tag');
    }

    public function testExplainGivesTheReasonOfARejection(): void
    {
        $explanation = $this->client->explain('EVAL', 'return 1', 2, 'foo', 'a');

        self::assertSame(['refuse', []], [$explanation['strategy'], $explanation['steps']]);
        self::assertStringStartsWith('CROSSNODE EVAL', $explanation['reason']);
    }

    public function testExplainRequiresACommand(): void
    {
        $this->expectException(RequestException::class);
        $this->client->explain();
    }

    public function testRecoverReturnsAnEmptyListWithoutInterruptedMoves(): void
    {
        self::assertSame([], $this->client->recover(60));
        self::assertSame([], $this->client->recover(0.5));
    }

    public function testRecoverRequiresAFiniteNonNegativeAge(): void
    {
        foreach ([-1, -0.001, NAN, INF] as $age) {
            self::assertInstanceOf(\ValueError::class, self::thrownBy(fn () => $this->client->recover($age)));
        }
    }

    /** The server of the destination blocks writes until the move times out. */
    public function testRecoverUndoesAMoveWhoseCopyDidNotArrive(): void
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

        $withLargeAge = $client->recover(3600);
        $withoutAge = $client->recover(0);

        self::assertInstanceOf(TimeoutException::class, $thrown);
        self::assertSame(['young'], array_column($withLargeAge, 'outcome'));
        self::assertCount(1, $withoutAge);
        ['node' => $node, 'command' => $command, 'source' => $source, 'destination' => $to, 'outcome' => $outcome] = $withoutAge[0];
        self::assertSame(['node_3', 'LMOVE', 'foo', 'a', 'undone'], [$node, $command, $source, $to, $outcome]);
        self::assertNull($withoutAge[0]['reason']);
        self::assertGreaterThan(0, $withoutAge[0]['age_ms']);
        self::assertLessThan(3_600_000, $withoutAge[0]['age_ms']);
        self::assertSame(['element'], $client->command('LRANGE', 'foo', 0, -1));
        self::assertSame([], $client->recover(0));
    }

    public function testRecoverToMovesAValueWhoseSourceKeyIsInUseAgain(): void
    {
        $client = new Client(self::config(3, ['read_timeout' => 0.3]));
        $destination = new Client(['nodes' => ['node_1' => self::config()['nodes'][$client->nodeFor('a')['alias']]]]);
        $client->command('RPUSH', 'foo', 'element');
        $destination->command('CLIENT', 'PAUSE', 60_000, 'WRITE');
        try {
            self::thrownBy(fn () => $client->command('LMOVE', 'foo', 'a', 'LEFT', 'RIGHT'));
        } finally {
            $destination->command('CLIENT', 'UNPAUSE');
        }
        $client->command('SET', 'foo', 'new');

        [$waiting] = $client->recover(0);
        $moved = $client->recoverTo($waiting['key'], 'bar');
        $thrown = self::thrownBy(fn () => $client->recoverTo($waiting['key'], 'bar'));

        self::assertSame('waiting', $waiting['outcome']);
        self::assertSame(['moved', 'foo', null], [$moved['outcome'], $moved['source'], $moved['reason']]);
        self::assertSame(['element'], $client->command('LRANGE', 'bar', 0, -1));
        self::assertStringContainsString('no interrupted move has its value in the hidden key', $thrown->getMessage());
        self::assertSame([], $client->recover());
    }
}
