<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Bits
{
    private const MAX_OFFSET = 4294967295;

    /**
     * setBit($key, $offset, $bit).
     *
     * @param array<mixed> $arguments
     */
    public static function set(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 3);
        $offset = $convert->int($arguments[1], 1);
        if ($offset < 0 || $offset > self::MAX_OFFSET) {
            return $convert->refuse('Invalid OFFSET for bitop command (must be between 0-2^32-1)');
        }
        \array_push($call->command, $convert->key($arguments[0], 0), $offset, $convert->bool($arguments[2], 2) ? 1 : 0);
        return true;
    }

    /**
     * bitCount($key, $start, $end, $byBit).
     *
     * @param array<mixed> $arguments
     */
    public static function count(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 4);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->int($arguments[1] ?? 0, 1), $convert->int(\array_key_exists(2, $arguments) ? $arguments[2] : -1, 2));
        if ($convert->bool($arguments[3] ?? false, 3)) {
            $call->command[] = 'BIT';
        }
    }

    /**
     * bitPos($key, $bit, $start, $end, $byBit). A bit that is not false is 1, as in phpredis 6.
     *
     * @param array<mixed> $arguments
     */
    public static function position(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 5);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->bool($arguments[1], 1) ? 1 : 0);
        $byBit = $convert->bool($arguments[4] ?? false, 4);
        foreach (\array_slice($arguments, 2, 2) as $place => $bound) {
            $call->command[] = $convert->int($bound, 2 + $place);
        }
        if ($byBit) {
            $call->command[] = 'BIT';
        }
    }

    /**
     * bitOp($operation, $destination, $key, …).
     *
     * @param array<mixed> $arguments
     */
    public static function operation(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $call->command[] = $convert->string(\array_shift($arguments) ?? '', 0);
        $call->command[] = $convert->keys($arguments);
        return $call->command[1] !== '' && \count($arguments) >= 2;
    }

    /**
     * pfCount($key) or pfCount($keys). Other types are false, as in phpredis 6.
     *
     * @param array<mixed> $arguments
     */
    public static function countKeys(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 1);
        if (!\is_array($arguments[0]) && !\is_string($arguments[0])) {
            return false;
        }
        $call->command[] = \is_array($arguments[0]) ? $convert->keys($arguments[0]) : $convert->key($arguments[0], 0);
        return $arguments[0] !== [];
    }
}
