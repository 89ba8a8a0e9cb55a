<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use Psr\Log\AbstractLogger;
use RedisCluster\Observer\LogObserver;
use RedisCluster\Observer\ObservedClient;
use RedisCluster\Symfony\RedisDataCollector;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/** The observers for PSR-3 loggers and for Symfony's profiler. */
final class ObserverTest extends FrameworkTestCase
{
    public function testCommandsAreLogged(): void
    {
        $logger = new class () extends AbstractLogger {
            /** @var list<array{string, string}> */
            public array $lines = [];

            public function log($level, $message, array $context = []): void
            {
                $this->lines[] = [$level, preg_replace('/[\d.]+ ms$/', 'ms', (string) $message)];
            }
        };
        $client = new ObservedClient(self::config(), new LogObserver($logger));
        $client->command('SET', "key\xff", 'secret');
        $client->execute([['GET', 'a'], ['INCR', 'a']]);
        (new ObservedClient(self::config(), new LogObserver($logger, 0)))->command('PING');
        self::thrownBy(fn () => $client->command('LPOP', 'a'));
        $dead = new ObservedClient(self::configWithDeadNode('node_2'), new LogObserver($logger));
        self::thrownBy(fn () => $dead->command('GET', $this->keyOn('node_2')));
        $last = array_pop($logger->lines);
        self::assertSame([
            ['debug', 'rediscluster: SET key\377: ms'],
            ['debug', 'rediscluster: GET a, INCR a: ms'],
            ['warning', 'rediscluster: PING: ms'],
            ['warning', 'rediscluster: LPOP a: WRONGTYPE Operation against a key holding the wrong kind of value'],
        ], $logger->lines);
        self::assertSame('error', $last[0]);
        self::assertStringContainsString(': node_2 (', $last[1]);
    }

    public function testSymfonysProfilerGetsTheCommandsOfARequest(): void
    {
        $collector = new RedisDataCollector();
        $redis = self::redis();
        $redis->observe($collector);
        $redis->set('a', 'text');
        $redis->pipeline()->get('a')->incr('a')->exec();
        $collector->collect(new Request(), new Response());
        $collector->lateCollect();
        $stored = unserialize(serialize($collector));
        self::assertSame([3, 1], [$stored->commandCount(), $stored->failureCount()]);
        self::assertGreaterThan(0, $stored->duration());
        self::assertSame([['SET a'], ['GET a', 'INCR a']], array_column($stored->calls(), 'commands'));
        $collector->reset();
        self::assertSame(0, $collector->commandCount());
    }
}
