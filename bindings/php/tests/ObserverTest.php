<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Compat\Redis;
use RedisCluster\Observer\CommandObserver;
use RedisCluster\Observer\ObservedClient;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\ClusterTestCase;

/** Observers are told of every command before and after it. */
final class ObserverTest extends ClusterTestCase implements CommandObserver
{
    /** @var list<array<mixed>> */
    private array $events = [];

    public function before(array $commands): void
    {
        $this->events[] = ['before', $commands];
    }

    public function after(array $commands, array $replies, float $seconds): void
    {
        self::assertGreaterThan(0, $seconds);
        $replies = array_map(static fn (mixed $reply): mixed => $reply instanceof \Throwable ? $reply::class : $reply, $replies);
        $this->events[] = ['after', $commands, $replies];
    }

    public function testAClientIsObserved(): void
    {
        $client = new ObservedClient(self::config(), $this);
        $this->expect([['SET', 'a', 'b']], ['OK'], fn () => $client->command('SET', 'a', 'b'));
        $this->expect([['GET', 'a'], ['INCR', 'a']], ['b', 'RedisCluster\ServerException'], fn () => $client->execute([['GET', 'a'], ['INCR', 'a']]));
        $this->expect([['PING']], [['node_1' => 'PONG', 'node_2' => 'PONG', 'node_3' => 'PONG']], fn () => $client->each('PING'));
        $this->expect([['INCR', 'a']], ['RedisCluster\ServerException'], fn () => self::thrownBy(fn () => $client->command('INCR', 'a')));
        $session = $client->session();
        $this->expect([['MULTI']], ['OK'], fn () => $session->command('MULTI'));
        $dead = new ObservedClient(self::configWithDeadNode('node_2'), $this);
        $key = $this->keyOn('node_2');
        $this->expect([['GET', $key]], ['RedisCluster\ConnectionException'], fn () => self::thrownBy(fn () => $dead->command('GET', $key)));
    }

    public function testTheMethodsOfPhpredisAreObserved(): void
    {
        foreach ([new RedisCluster(self::config()), new Redis(self::config())] as $redis) {
            $redis->del('a', 'b');
            $redis->observe($this);
            $this->expect([['SET', 'a', '1']], [true], fn () => $redis->set('a', '1'));
            $this->expect([['GET', 'a']], ['1'], fn () => $redis->get('a'));
            $this->expect([['MGET', 'a', 'b']], [['1', false]], fn () => $redis->mGet(['a', 'b']));
            $this->expect([['MSET', 'a', '1', 'b', '2']], [true], fn () => $redis->mSet(['a' => '1', 'b' => '2']));
            $this->expect([['GET', 'a'], ['GET', 'b']], ['1', '2'], fn () => $redis->pipeline()->get('a')->get('b')->exec());
            $this->expect([['MULTI'], ['INCR', 'a'], ['EXEC']], [true, true, [2]], fn () => $redis->multi()->incr('a')->exec());
            $this->expect([['WATCH', 'a']], ['OK'], fn () => $redis->watch('a'));
            $this->expect([['GET', 'a']], ['2'], fn () => $redis->get('a'));
            $this->expect([['UNWATCH']], ['OK'], fn () => $redis->unwatch());
            $redis->select(1);
            $this->events = [];
            $this->expect([['GET', 'a']], [false], fn () => $redis->get('a'));
            $redis->select(0);
            $redis->observe(null);
            $this->events = [];
            self::assertSame('2', $redis->get('a'));
            self::assertSame([], $this->events);
        }
    }

    public function testAServerWithTwoAliasesIsObserved(): void
    {
        $node = self::config()['nodes']['node_1'];
        $redis = new RedisCluster(['nodes' => ['node_1' => $node, 'node_2' => $node], 'hash_tag' => 'keep', 'read' => 'master']);
        $redis->observe($this);
        $this->expect([['PING']], [['node_1' => 'PONG']], fn () => $redis->ping());
    }

    public function testAnObserverSharesTheConnections(): void
    {
        $connections = fn (): array => array_map(static fn (string $list): int => substr_count($list, "\n"), $this->client->each('CLIENT', 'LIST'));
        (new Client(self::config()))->command('MGET', 'one', 'two', 'six');
        $before = $connections();
        (new ObservedClient(self::config(), $this))->command('MGET', 'one', 'two', 'six');
        self::assertSame($before, $connections());
    }

    /**
     * @param list<list<string|int>> $commands
     * @param list<mixed>            $replies
     */
    private function expect(array $commands, array $replies, \Closure $call): void
    {
        $call();
        self::assertSame([['before', $commands], ['after', $commands, $replies]], $this->events);
        $this->events = [];
    }
}
