<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use Psr\Log\AbstractLogger;
use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Log;

/** Log::setLogger() */
final class LogTest extends FrameworkTestCase
{
    /** @var list<array{string, string, array<string, string>}> level, message, context */
    private array $events = [];

    protected function tearDown(): void
    {
        Log::setLogger(null);
        parent::tearDown();
    }

    public function testALoggerGetsTheEventsOfAServerBeforeTheCallReturns(): void
    {
        $client = $this->clientOfDeadNode();
        Log::setLogger($this->logger());
        $this->failingCall($client);
        self::assertCount(1, $this->events);
        [$level, $message, $context] = $this->events[0];
        self::assertSame('warning', $level);
        self::assertSame('breaker_opened', $context['event']);
        self::assertSame($client->stats()['node_1']['address'], $context['server']);
        self::assertStringStartsWith("rediscluster: {$context['server']}: calls fail at once", $message);
        self::assertStringNotContainsString('hidden', \serialize($this->events));
    }

    public function testWithoutALoggerNothingIsKept(): void
    {
        $this->failingCall($this->clientOfDeadNode());
        Log::setLogger($this->logger());
        Log::setLogger(null);
        $this->failingCall($this->clientOfDeadNode());
        Log::setLogger($this->logger());
        $client = new Client(self::config());
        $client->command('GET', $this->keyOn('node_2'));
        self::assertSame([], $this->events);
    }

    public function testALoggerThatThrowsDoesNotChangeTheOutcomeOfACall(): void
    {
        Log::setLogger($this->logger(static fn () => throw new \RuntimeException('disk full')));
        $this->failingCall($this->clientOfDeadNode());
        self::assertCount(1, $this->events);
    }

    public function testALoggerMayUseClients(): void
    {
        $log = new Client(self::config(), shared: false);
        $key = $this->keyOn('node_3');
        $log->command('DEL', $key);
        Log::setLogger($this->logger(static fn (string $message) => $log->command('RPUSH', $key, $message)));
        $this->failingCall($this->clientOfDeadNode());
        self::assertSame([$this->events[0][1]], $log->command('LRANGE', $key, 0, -1));
    }

    public function testALoggerMaySetAnother(): void
    {
        $other = $this->logger(function (): void {
            $this->events[] = ['by the other', '', []];
        });
        Log::setLogger($this->logger(static fn () => Log::setLogger($other)));
        $this->failingCall($this->clientOfDeadNode());
        self::assertCount(1, $this->events);
        $this->failingCall($this->clientOfDeadNode());
        self::assertSame('by the other', $this->events[2][0] ?? null);
    }

    private function clientOfDeadNode(): Client
    {
        return new Client(['breaker_failures' => 1, 'password' => 'hidden'] + self::configWithDeadNode('node_1'), shared: false);
    }

    private function failingCall(Client $client): void
    {
        $key = $this->keyOn('node_1');
        self::assertInstanceOf(ConnectionException::class, self::thrownBy(static fn () => $client->command('GET', $key)));
    }

    private function logger(?\Closure $then = null): AbstractLogger
    {
        $record = function (string $level, string $message, array $context) use ($then): void {
            $this->events[] = [$level, $message, $context];
            $then === null || $then($message);
        };
        return new class ($record) extends AbstractLogger {
            public function __construct(private readonly \Closure $record)
            {
            }

            public function log($level, $message, array $context = []): void
            {
                ($this->record)($level, (string) $message, $context);
            }
        };
    }
}
