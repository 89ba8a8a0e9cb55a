<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal of sorted sets */
final class Ranges
{
    /**
     * zRange($key, $start, $end, true or ['withscores' => true, 'limit' => [0, 10], 'byscore', 'bylex', 'rev']).
     *
     * @param array<mixed> $arguments
     */
    public static function range(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 4);
        $call->command[] = $as->key($arguments[0], 0);
        self::complete($call, \array_slice($arguments, 1), 1, $as);
    }

    /**
     * zRangeStore($destination, $source, $start, $end, $options).
     *
     * @param array<mixed> $arguments
     */
    public static function store(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 4, 5);
        \array_push($call->command, $as->key($arguments[0], 0), $as->key($arguments[1], 1));
        self::complete($call, \array_slice($arguments, 2), 2, $as);
        $call->reply = 'int';
    }

    /** @param array<mixed> $arguments start, end, and maybe options */
    private static function complete(Call $call, array $arguments, int $place, Arguments $as): void
    {
        $given = $arguments[2] ?? null;
        $options = \is_array($given) ? $given : ['withscores' => $given === true];
        $words = Words::of($options, ['WITHSCORES', 'BYSCORE', 'BYLEX', 'REV'], ['LIMIT']);
        foreach ([0, 1] as $end) {
            $call->command[] = isset($words['BYSCORE']) || isset($words['BYLEX'])
                ? $as->string($arguments[$end], $place + $end)
                : $as->int($arguments[$end], $place + $end);
        }
        foreach ($words as $word => $value) {
            if ($word === 'LIMIT') {
                \array_push($call->command, ...Words::limit($value));
            } elseif ($word !== 'WITHSCORES') {
                $call->command[] = $word;
            } elseif ($call->command[0] !== 'ZRANGESTORE') {
                $call->command[] = $word;
                $call->reply = 'scores';
            }
        }
    }

    /**
     * zRangeByScore($key, $min, $max, ['withscores' => true, 'limit' => [0, 10]]).
     *
     * @param array<mixed> $arguments
     */
    public static function byScore(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 4);
        $options = \array_change_key_case($as->array($arguments[3] ?? [], 3));
        \array_push(
            $call->command,
            $as->key($arguments[0], 0),
            $as->string($arguments[1], 1),
            $as->string($arguments[2], 2),
            ...Words::limit($options['limit'] ?? null),
        );
        if ($options['withscores'] ?? false) {
            $call->command[] = 'WITHSCORES';
            $call->reply = 'scores';
        }
    }

    /**
     * zRangeByLex($key, $min, $max, $offset, $count).
     *
     * @param array<mixed> $arguments
     */
    public static function byLex(Call $call, array $arguments, Arguments $as): bool
    {
        if (\count($arguments) === 4) {
            return $as->refuse('Must pass either 3 or 5 arguments');
        }
        $as->counted($arguments, 3, 5);
        if (!self::bounded($call, $arguments, $as)) {
            return $as->refuse("min and max arguments must start with '[' or '('");
        }
        if (\count($arguments) === 5) {
            \array_push($call->command, 'LIMIT', $as->int($arguments[3], 3), $as->int($arguments[4], 4));
        }
        return true;
    }

    /**
     * zLexCount($key, $min, $max) and zRemRangeByLex.
     *
     * @param array<mixed> $arguments
     */
    public static function between(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 3);
        return self::bounded($call, $arguments, $as)
            || $as->refuse("Min/Max args can be '-' or '+', or start with '[' or '('");
    }

    /** @param array<mixed> $arguments */
    private static function bounded(Call $call, array $arguments, Arguments $as): bool
    {
        $call->command[] = $as->key($arguments[0], 0);
        foreach ([1, 2] as $place) {
            $bound = $as->string($arguments[$place], $place);
            $call->command[] = $bound;
            if ($bound !== '-' && $bound !== '+' && \strspn($bound, '[(', 0, 1) === 0) {
                return false;
            }
        }
        return true;
    }
}
