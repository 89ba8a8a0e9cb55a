<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Lists
{
    /**
     * lPop($key, $count).
     *
     * @param array<mixed> $arguments
     */
    public static function pop(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        $count = $convert->int($arguments[1] ?? 0, 1);
        if ($count > 0) {
            $call->command[] = $count;
            $call->replyType = 'values';
        }
    }

    /**
     * lPush($key, $element, …).
     *
     * @param array<mixed> $arguments
     */
    public static function push(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2);
        $call->command[] = $convert->key(\array_shift($arguments), 0);
        $call->command[] = $convert->values($arguments);
    }

    /**
     * blPop($key, …, $seconds) or blPop($keys, $seconds).
     *
     * @param array<mixed> $arguments
     */
    public static function popBlocking(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2);
        $place = \count($arguments) - 1;
        $seconds = self::seconds(\array_pop($arguments), $place, $convert);
        $keys = $place === 1 && \is_array($arguments[0]) ? $arguments[0] : $arguments;
        \array_push($call->command, $convert->keys($keys), $seconds);
        return $keys !== [];
    }

    public static function seconds(mixed $argument, int $place, ArgumentConverter $convert): int|string
    {
        return \is_int($argument) ? $argument : $convert->floatText($argument, $place);
    }

    /**
     * brpoplpush($source, $destination, $seconds). A negative number does not wait.
     *
     * @param array<mixed> $arguments
     */
    public static function popPushBlocking(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->key($arguments[1], 1));
        $seconds = self::seconds($arguments[2], 2, $convert);
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
    public static function insert(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 4, 4);
        $position = $convert->string($arguments[1], 1);
        if (!\in_array(\strtolower($position), ['before', 'after'], true)) {
            return $convert->refuse("Position must be either 'BEFORE' or 'AFTER'");
        }
        \array_push($call->command, $convert->key($arguments[0], 0), $position, $convert->value($arguments[2]), $convert->value($arguments[3]));
        return true;
    }

    /**
     * lRem($key, $value, $count).
     *
     * @param array<mixed> $arguments
     */
    public static function remove(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->int($arguments[2] ?? 0, 2), $convert->value($arguments[1]));
    }

    /**
     * lMove($source, $destination, 'left' or 'right', 'left' or 'right').
     *
     * @param array<mixed> $arguments
     */
    public static function move(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 4, 4);
        return self::addMove($call, $arguments, $convert);
    }

    /** @param array<mixed> $arguments */
    public static function moveBlocking(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 5, 5);
        $sends = self::addMove($call, $arguments, $convert);
        $call->command[] = self::seconds($arguments[4], 4, $convert);
        return $sends;
    }

    /** @param array<mixed> $arguments */
    private static function addMove(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->key($arguments[1], 1));
        foreach ([2, 3] as $place) {
            $end = \strtoupper($convert->string($arguments[$place], $place));
            if ($end !== 'LEFT' && $end !== 'RIGHT') {
                return $convert->refuse("Wherefrom and whereto must be either 'LEFT' or 'RIGHT'");
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
    public static function position(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->value($arguments[1]));
        foreach (OptionParser::parse($convert->array($arguments[2] ?? [], 2), [], ['RANK', 'COUNT', 'MAXLEN']) as $word => $value) {
            \array_push($call->command, $word, $convert->int($value, 2));
            $call->replyType = $word === 'COUNT' ? 'list' : $call->replyType;
        }
    }

    /**
     * lMPop($keys, 'left', $count) and zMPop($keys, 'min', $count).
     *
     * @param array<mixed> $arguments
     */
    public static function popMany(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        $keys = $convert->array($arguments[0], 0);
        if ($keys === []) {
            return $convert->refuse('Must pass at least one key');
        }
        $end = \strtoupper($convert->string($arguments[1], 1));
        [$one, $other] = \str_contains($call->command[0], 'ZMPOP') ? ['MIN', 'MAX'] : ['LEFT', 'RIGHT'];
        if ($end !== $one && $end !== $other) {
            return $convert->refuse("from must be either '$one' or '$other'");
        }
        $count = $convert->int($arguments[2] ?? 1, 2);
        if ($count < 1) {
            return $convert->refuse('Count must be > 0');
        }
        \array_push($call->command, \count($keys), $convert->keys($keys), $end);
        if ($count > 1) {
            \array_push($call->command, 'COUNT', $count);
        }
        return true;
    }

    /**
     * blMPop($seconds, $keys, 'left', $count).
     *
     * @param array<mixed> $arguments
     */
    public static function popManyBlocking(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 4);
        $call->command[] = self::seconds(\array_shift($arguments), 0, $convert);
        return self::popMany($call, $arguments, $convert);
    }
}
