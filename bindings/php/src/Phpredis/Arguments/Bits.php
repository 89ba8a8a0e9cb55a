<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Bits
{
    private const LAST = 4294967295;

    /**
     * setBit($key, $offset, $bit).
     *
     * @param array<mixed> $arguments
     */
    public static function set(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 3);
        $offset = $as->int($arguments[1], 1);
        if ($offset < 0 || $offset > self::LAST) {
            return $as->refuse('Invalid OFFSET for bitop command (must be between 0-2^32-1)');
        }
        \array_push($call->command, $as->key($arguments[0], 0), $offset, $as->bool($arguments[2], 2) ? 1 : 0);
        return true;
    }

    /**
     * bitCount($key, $start, $end, $byBit).
     *
     * @param array<mixed> $arguments
     */
    public static function count(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 4);
        \array_push($call->command, $as->key($arguments[0], 0), $as->int($arguments[1] ?? 0, 1), $as->int($arguments[2] ?? -1, 2));
        if ($as->bool($arguments[3] ?? false, 3)) {
            $call->command[] = 'BIT';
        }
    }

    /**
     * bitPos($key, $bit, $start, $end, $byBit).
     *
     * @param array<mixed> $arguments
     */
    public static function position(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 5);
        $bit = $as->int($arguments[1], 1);
        \array_push($call->command, $as->key($arguments[0], 0), $bit);
        $byBit = $as->bool($arguments[4] ?? false, 4);
        foreach (\array_slice($arguments, 2, 2) as $place => $bound) {
            $call->command[] = $as->int($bound, 2 + $place);
        }
        if ($byBit) {
            $call->command[] = 'BIT';
        }
        return $bit === 0 || $bit === 1;
    }

    /**
     * bitOp($operation, $destination, $key, …).
     *
     * @param array<mixed> $arguments
     */
    public static function operation(Call $call, array $arguments, Arguments $as): bool
    {
        $call->command[] = $as->string(\array_shift($arguments) ?? '', 0);
        $call->command[] = $as->keys($arguments);
        return \count($arguments) >= 2;
    }

    /**
     * pfCount($key) or pfCount($keys).
     *
     * @param array<mixed> $arguments
     */
    public static function keys(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1, 1);
        $call->command[] = \is_array($arguments[0]) ? $as->keys($arguments[0]) : $as->key($arguments[0], 0);
        return $arguments[0] !== [];
    }
}
