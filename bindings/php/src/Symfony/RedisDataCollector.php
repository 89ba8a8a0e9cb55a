<?php

declare(strict_types=1);

namespace RedisCluster\Symfony;

use RedisCluster\Observer\CommandObserver;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\DataCollector\DataCollector;
use Symfony\Component\HttpKernel\DataCollector\LateDataCollectorInterface;

/**
 * The commands of a request, for Symfony's profiler. Tag it `data_collector`, and pass it to RedisCluster::observe().
 *
 * Values are not stored: of each command, its name and first argument.
 */
final class RedisDataCollector extends DataCollector implements CommandObserver, LateDataCollectorInterface
{
    private const MAX_CALLS = 1000;

    public function __construct()
    {
        $this->reset();
    }

    public function before(array $commands): void
    {
    }

    public function after(array $commands, array $replies, float $seconds): void
    {
        $this->data['commands'] += \count($commands);
        $this->data['seconds'] += $seconds;
        $failures = \array_filter($replies, static fn (mixed $reply): bool => $reply instanceof \Throwable);
        $this->data['failures'] += \count($failures);
        if (\count($this->data['calls']) < self::MAX_CALLS) {
            $this->data['calls'][] = [
                'commands' => \array_map(static fn (array $command): string => \trim("$command[0] " . ($command[1] ?? '')), \array_slice($commands, 0, 20)),
                'count' => \count($commands),
                'seconds' => $seconds,
                'failures' => \array_values(\array_map(static fn (\Throwable $failure): string => $failure->getMessage(), $failures)),
            ];
        }
    }

    public function collect(Request $request, Response $response, ?\Throwable $exception = null): void
    {
    }

    public function lateCollect(): void
    {
    }

    public function reset(): void
    {
        $this->data = ['commands' => 0, 'failures' => 0, 'seconds' => 0.0, 'calls' => []];
    }

    public function getName(): string
    {
        return 'rediscluster';
    }

    public function commandCount(): int
    {
        return $this->data['commands'];
    }

    public function failureCount(): int
    {
        return $this->data['failures'];
    }

    /** Seconds that the commands took. */
    public function duration(): float
    {
        return $this->data['seconds'];
    }

    /** @return list<array{commands: list<string>, count: int, seconds: float, failures: list<string>}> the first calls */
    public function calls(): array
    {
        return $this->data['calls'];
    }
}
