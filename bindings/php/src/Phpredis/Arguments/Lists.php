<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Lists
{
    /**
     * lPop($key, $count).
     *
     * @param array<mixed> $arguments
     */
    public static function pop(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 2);
        $call->command[] = $as->key($arguments[0], 0);
        $count = $as->int($arguments[1] ?? 0, 1);
        if ($count > 0) {
            $call->command[] = $count;
            $call->reply = [\RedisCluster\Phpredis\Replies\Sometimes::class, 'values'];
        }
    }

    /**
     * blPop($key, …, $seconds) or blPop($keys, $seconds).
     *
     * @param array<mixed> $arguments
     */
    public static function popBlocking(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2);
        $place = \count($arguments) - 1;
        $seconds = self::seconds(\array_pop($arguments), $place, $as);
        $keys = $place === 1 && \is_array($arguments[0]) ? $arguments[0] : $arguments;
        \array_push($call->command, $as->keys($keys), $seconds);
        return $keys !== [];
    }

    public static function seconds(mixed $argument, int $place, Arguments $as): int|string
    {
        return \is_int($argument) ? $argument : $as->number($argument, $place);
    }

    /**
     * brpoplpush($source, $destination, $seconds); less than none: without waiting.
     *
     * @param array<mixed> $arguments
     */
    public static function popPushBlocking(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->key($arguments[1], 1));
        $seconds = self::seconds($arguments[2], 2, $as);
        if ($seconds < 0) {
            $call->command[0] = 'RPOPLPUSH';
        } else {
            $call->command[] = $seconds;
        }
    }

    /**
     * lInsert($key, 'before' or 'after', $pivot, $value).
     *
     * @param array<mixed> $arguments
     */
    public static function insert(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 4, 4);
        $position = $as->string($arguments[1], 1);
        if (!\in_array(\strtolower($position), ['before', 'after'], true)) {
            return $as->refuse("Position must be either 'BEFORE' or 'AFTER'");
        }
        \array_push($call->command, $as->key($arguments[0], 0), $position, $as->value($arguments[2]), $as->value($arguments[3]));
        return true;
    }

    /**
     * lRem($key, $value, $count).
     *
     * @param array<mixed> $arguments
     */
    public static function remove(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->int($arguments[2] ?? 0, 2), $as->value($arguments[1]));
    }

    /**
     * lMove($source, $destination, 'left' or 'right', 'left' or 'right').
     *
     * @param array<mixed> $arguments
     */
    public static function move(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 4, 4);
        return self::moved($call, $arguments, $as);
    }

    /** @param array<mixed> $arguments */
    public static function moveBlocking(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 5, 5);
        $sends = self::moved($call, $arguments, $as);
        $call->command[] = self::seconds($arguments[4], 4, $as);
        return $sends;
    }

    /** @param array<mixed> $arguments */
    private static function moved(Call $call, array $arguments, Arguments $as): bool
    {
        \array_push($call->command, $as->key($arguments[0], 0), $as->key($arguments[1], 1));
        foreach ([2, 3] as $place) {
            $end = \strtoupper($as->string($arguments[$place], $place));
            if ($end !== 'LEFT' && $end !== 'RIGHT') {
                return $as->refuse("Wherefrom and whereto must be either 'LEFT' or 'RIGHT'");
            }
            $call->command[] = $end;
        }
        return true;
    }

    /**
     * lPos($key, $value, ['rank' => 1, 'count' => 2, 'maxlen' => 3]).
     *
     * @param array<mixed> $arguments
     */
    public static function position(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->value($arguments[1]));
        foreach (Words::of($as->array($arguments[2] ?? [], 2), [], ['RANK', 'COUNT', 'MAXLEN']) as $word => $value) {
            \array_push($call->command, $word, $as->int($value, 2));
            $call->reply = $word === 'COUNT' ? 'list' : $call->reply;
        }
    }

    /**
     * lMPop($keys, 'left', $count), and zMPop($keys, 'min', $count).
     *
     * @param array<mixed> $arguments
     */
    public static function popMany(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 3);
        $keys = $as->array($arguments[0], 0);
        \array_push($call->command, \count($keys), $as->keys($keys), \strtoupper($as->string($arguments[1], 1)));
        if (isset($arguments[2]) && $arguments[2] !== 1) {
            \array_push($call->command, 'COUNT', $as->int($arguments[2], 2));
        }
        return $keys !== [];
    }

    /**
     * blMPop($seconds, $keys, 'left', $count).
     *
     * @param array<mixed> $arguments
     */
    public static function popManyBlocking(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 4);
        $call->command[] = self::seconds(\array_shift($arguments), 0, $as);
        return self::popMany($call, $arguments, $as);
    }
}
