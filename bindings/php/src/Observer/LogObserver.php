<?php

declare(strict_types=1);

namespace RedisCluster\Observer;

use Psr\Log\LoggerInterface;
use RedisCluster\ConnectionException;

/**
 * Logs commands to a PSR-3 logger: connection failures as errors, other failures and slow commands as warnings, all others as debug
 * messages. The context has `commands`, `seconds`, and `exception` for a failure.
 *
 * Only the name of a command and its first argument, mostly a key, are logged: values can be confidential.
 */
final class LogObserver implements CommandObserver
{
    private const MAX_COMMANDS = 10;
    private const MAX_BYTES = 100;

    /** @param float $slow seconds from which commands are logged as warnings; INF: never */
    public function __construct(private readonly LoggerInterface $logger, private readonly float $slow = \INF)
    {
    }

    public function before(array $commands): void
    {
    }

    public function after(array $commands, array $replies, float $seconds): void
    {
        $context = ['commands' => \array_map(self::text(...), \array_slice($commands, 0, self::MAX_COMMANDS)), 'seconds' => $seconds];
        $count = \count($commands);
        $text = \implode(', ', $context['commands']) . ($count > self::MAX_COMMANDS ? " and others, $count commands" : '');
        $failures = \array_filter($replies, static fn (mixed $reply): bool => $reply instanceof \Throwable);
        foreach (\array_unique(\array_map(static fn (\Throwable $failure): string => $failure->getMessage(), $failures)) as $place => $message) {
            $level = $failures[$place] instanceof ConnectionException ? 'error' : 'warning';
            $name = self::text($commands[$place] ?? []);
            $this->logger->log($level, "rediscluster: $name: $message", $context + ['exception' => $failures[$place]]);
        }
        $milliseconds = \round($seconds * 1000, 3);
        if ($failures === []) {
            $this->logger->log($seconds >= $this->slow ? 'warning' : 'debug', "rediscluster: $text: $milliseconds ms", $context);
        }
    }

    /** @param list<string|int> $command */
    private static function text(array $command): string
    {
        $name = \strtoupper((string) ($command[0] ?? ''));
        $key = \substr((string) ($command[1] ?? ''), 0, self::MAX_BYTES);
        return \trim($name . ' ' . \addcslashes($key, "\0..\37\177..\377"));
    }
}
