<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** How the results of a method are compared. Without a rule: exactly. */
final class Rules
{
    /** Redis leaves open in which order they come. */
    private const UNORDERED = [
        'smembers', 'sgetmembers', 'sunion', 'sinter', 'sdiff', 'keys', 'getkeys', 'hkeys', 'hvals', 'hgetall', 'sscan', 'hscan',
        'zscan',
        'scan', 'command',
    ];
    /** Chance, time or the server decide: only types are compared, and lengths of lists. */
    private const SHAPE = [
        'randomkey', 'time', 'info', 'lastsave', 'spop', 'srandmember', 'slowlog', 'dump', 'client', 'role', 'debug', 'config', 'acl',
        'gethost', 'getport', 'getpersistentid',
    ];
    private const INFO = [
        'redis_version', 'redis_mode', 'process_id', 'tcp_port', 'uptime_in_seconds', 'connected_clients', 'used_memory',
        'used_memory_human', 'mem_fragmentation_bytes', 'loading', 'rdb_last_save_time',
        'total_commands_processed', 'role', 'connected_slaves', 'used_cpu_sys', 'cluster_enabled',
    ];
    /** The clock goes on between two calls: that far may the numbers differ. */
    private const NEAR = ['ttl' => 1, 'pttl' => 2000];
    /** Several servers answer: alias => value. */
    private const BROADCAST = [
        'info', 'ping', 'time', 'config', 'client', 'lastsave', 'save', 'bgsave', 'bgrewriteaof', 'flushdb', 'flushall', 'select',
        'slowlog',
        'script', 'swapdb', 'auth', 'wait', 'role', 'debug', 'echo', 'sendecho', 'slaveof', 'acl', 'command', 'pubsub', 'resetstat',
    ];

    public static function isBroadcast(string $method): bool
    {
        return \in_array(\strtolower($method), self::BROADCAST, true);
    }

    /** @param array<mixed> $arguments of the call that answered the value */
    public static function text(string $method, array $arguments, mixed $value): string
    {
        $method = \strtolower($method);
        $word = \is_scalar($arguments[0] ?? null) ? \strtolower((string) $arguments[0]) : '';
        if ($method === 'rawcommand') {
            return self::text($word === 'rawcommand' ? '' : $word, \array_slice($arguments, 1), $value);
        }
        return match (true) {
            $method === 'object' && \in_array($word, ['idletime', 'freq'], true),
            $method === 'script' && $word === 'kill',
            $method === 'xadd' && ($arguments[1] ?? null) === '*',
            \in_array($method, self::SHAPE, true) => self::shape($value),
            $method === 'xpending' => Text::of(self::withoutIdleTime($value)),
            $method === 'pubsub', \in_array($method, self::UNORDERED, true) => self::unordered($value),
            default => Text::of($value),
        };
    }

    /** Whether two results that differ are near enough. */
    public static function isNear(string $method, mixed $one, mixed $other): bool
    {
        $tolerance = self::NEAR[\strtolower($method)] ?? 0;
        return \is_int($one) && \is_int($other) && $one >= 0 && $other >= 0 && \abs($one - $other) <= $tolerance;
    }

    private static function unordered(mixed $value): string
    {
        if (!\is_array($value)) {
            return Text::of($value);
        }
        if (!\array_is_list($value)) {
            \ksort($value, \SORT_STRING);
            return Text::of($value);
        }
        $texts = \array_map(Text::of(...), $value);
        \sort($texts);
        return '[' . \implode(', ', $texts) . ']';
    }

    private static function shape(mixed $value): string
    {
        if (!\is_array($value)) {
            return \is_object($value) || \is_bool($value) || $value === null ? Text::of($value) : \get_debug_type($value);
        }
        if (\array_is_list($value)) {
            return '[' . \implode(', ', \array_map(self::shape(...), $value)) . ']';
        }
        $keys = \array_keys($value);
        if (\in_array('redis_version', $keys, true)) {
            // The rest of an INFO depends on what the server has seen.
            $keys = \array_intersect($keys, self::INFO);
        }
        $keys = \array_filter($keys, static fn ($key): bool => !\preg_match('/^(cmdstat|errorstat|latency)_/', (string) $key));
        \sort($keys);
        return 'map of ' . \implode(', ', \array_map(static fn ($key): string => "$key: " . self::shape($value[$key]), $keys));
    }

    /** Of the entries of XPENDING with a range: id, consumer, idle time, deliveries. */
    private static function withoutIdleTime(mixed $value): mixed
    {
        foreach (\is_array($value) ? $value : [] as $i => $entry) {
            if (\is_array($entry) && \is_int($entry[2] ?? null)) {
                $value[$i][2] = 'idle time';
            }
        }
        return $value;
    }
}
