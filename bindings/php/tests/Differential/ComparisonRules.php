<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** The rules for comparing the results of a method. Without a rule, results must be identical. */
final class ComparisonRules
{
    /** Methods whose results have no defined order. */
    private const UNORDERED = [
        'smembers', 'sgetmembers', 'sunion', 'sinter', 'sdiff', 'keys', 'getkeys', 'hkeys', 'hvals', 'hgetall', 'sscan', 'hscan',
        'zscan',
        'scan', 'command',
    ];
    /** Methods whose results depend on chance, time or the server: only the types and the lengths of lists are compared. */
    private const TYPES_ONLY = [
        'randomkey', 'time', 'info', 'lastsave', 'spop', 'srandmember', 'slowlog', 'dump', 'client', 'role', 'debug', 'config', 'acl',
        'gethost', 'getport', 'getpersistentid',
    ];
    private const INFO_FIELDS = [
        'redis_version', 'redis_mode', 'process_id', 'tcp_port', 'uptime_in_seconds', 'connected_clients', 'used_memory',
        'used_memory_human', 'mem_fragmentation_bytes', 'loading', 'rdb_last_save_time',
        'total_commands_processed', 'role', 'connected_slaves', 'used_cpu_sys', 'cluster_enabled',
    ];
    /** Method => allowed difference of the numbers, because time passes between the two calls. */
    private const TOLERANCES = ['ttl' => 1, 'pttl' => 2000];
    /** Methods that return alias => result of each server. */
    private const BROADCAST = [
        'info', 'ping', 'time', 'config', 'client', 'lastsave', 'save', 'bgsave', 'bgrewriteaof', 'flushdb', 'flushall', 'select',
        'slowlog',
        'script', 'swapdb', 'auth', 'wait', 'role', 'debug', 'echo', 'sendecho', 'slaveof', 'acl', 'command', 'pubsub', 'resetstat',
    ];

    public static function isBroadcast(string $method): bool
    {
        return \in_array(\strtolower($method), self::BROADCAST, true);
    }

    /** @param array<mixed> $arguments of the call that returned the value */
    public static function toText(string $method, array $arguments, mixed $value): string
    {
        $method = \strtolower($method);
        $subcommand = \is_scalar($arguments[0] ?? null) ? \strtolower((string) $arguments[0]) : '';
        if ($method === 'rawcommand') {
            return self::toText($subcommand === 'rawcommand' ? '' : $subcommand, \array_slice($arguments, 1), $value);
        }
        return match (true) {
            $method === 'object' && \in_array($subcommand, ['idletime', 'freq'], true),
            $method === 'script' && $subcommand === 'kill',
            $method === 'xadd' && ($arguments[1] ?? null) === '*',
            \in_array($method, self::TYPES_ONLY, true) => self::typeOf($value),
            $method === 'xpending' => ValueFormatter::format(self::withoutIdleTime($value)),
            $method === 'pubsub', \in_array($method, self::UNORDERED, true) => self::unordered($value),
            default => ValueFormatter::format($value),
        };
    }

    /** Whether the difference of two numbers is allowed. */
    public static function isWithinTolerance(string $method, mixed $one, mixed $other): bool
    {
        $tolerance = self::TOLERANCES[\strtolower($method)] ?? 0;
        return \is_int($one) && \is_int($other) && $one >= 0 && $other >= 0 && \abs($one - $other) <= $tolerance;
    }

    private static function unordered(mixed $value): string
    {
        if (!\is_array($value)) {
            return ValueFormatter::format($value);
        }
        if (!\array_is_list($value)) {
            \ksort($value, \SORT_STRING);
            return ValueFormatter::format($value);
        }
        $texts = \array_map(ValueFormatter::format(...), $value);
        \sort($texts);
        return '[' . \implode(', ', $texts) . ']';
    }

    private static function typeOf(mixed $value): string
    {
        if (!\is_array($value)) {
            return \is_object($value) || \is_bool($value) || $value === null ? ValueFormatter::format($value) : \get_debug_type($value);
        }
        if (\array_is_list($value)) {
            return '[' . \implode(', ', \array_map(self::typeOf(...), $value)) . ']';
        }
        $keys = \array_keys($value);
        if (\in_array('redis_version', $keys, true)) {
            // The other fields of INFO depend on the history of the server.
            $keys = \array_intersect($keys, self::INFO_FIELDS);
        }
        $keys = \array_filter($keys, static fn ($key): bool => !\preg_match('/^(cmdstat|errorstat|latency)_/', (string) $key));
        \sort($keys);
        return 'map of ' . \implode(', ', \array_map(static fn ($key): string => "$key: " . self::typeOf($value[$key]), $keys));
    }

    /** Removes the idle time from the entries of XPENDING with a range, which are id, consumer, idle time, deliveries. */
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
