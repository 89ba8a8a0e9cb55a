<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal ranges of sorted sets */
final class SortedSetRanges
{
    /**
     * zRange($key, $start, $end, true or ['withscores' => true, 'limit' => [0, 10], 'byscore', 'bylex', 'rev']).
     *
     * @param array<mixed> $arguments
     */
    public static function range(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        $call->command[] = $convert->key($arguments[0], 0);
        self::addBoundsAndOptions($call, \array_slice($arguments, 1), 1, $convert);
    }

    /**
     * zRangeStore($destination, $source, $start, $end, $options).
     *
     * @param array<mixed> $arguments
     */
    public static function store(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 4, 5);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->key($arguments[1], 1));
        self::addBoundsAndOptions($call, \array_slice($arguments, 2), 2, $convert);
        $call->replyType = 'int';
    }

    /** @param array<mixed> $arguments start, end, and optionally options */
    private static function addBoundsAndOptions(Call $call, array $arguments, int $place, ArgumentConverter $convert): void
    {
        $given = $arguments[2] ?? null;
        $options = \is_array($given) ? $given : ['withscores' => $given === true];
        $words = OptionParser::parse($options, ['WITHSCORES', 'BYSCORE', 'BYLEX', 'REV'], ['LIMIT']);
        $convertBound = $call->command[0] === 'ZREVRANGE' ? $convert->int(...) : $convert->string(...);
        foreach ([0, 1] as $end) {
            $call->command[] = $convertBound($arguments[$end], $place + $end);
        }
        foreach ($words as $word => $value) {
            if ($word === 'LIMIT') {
                \array_push($call->command, ...OptionParser::limit($value));
            } elseif ($word !== 'WITHSCORES') {
                $call->command[] = $word;
            } elseif ($call->command[0] !== 'ZRANGESTORE') {
                $call->command[] = $word;
                $call->replyType = 'scores';
            }
        }
    }

    /**
     * zRangeByScore($key, $min, $max, ['withscores' => true, 'limit' => [0, 10]]).
     *
     * @param array<mixed> $arguments
     */
    public static function byScore(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        $options = \array_change_key_case($convert->array($arguments[3] ?? [], 3));
        \array_push(
            $call->command,
            $convert->key($arguments[0], 0),
            $convert->string($arguments[1], 1),
            $convert->string($arguments[2], 2),
            ...OptionParser::limit($options['limit'] ?? null),
        );
        if ($options['withscores'] ?? false) {
            $call->command[] = 'WITHSCORES';
            $call->replyType = 'scores';
        }
    }

    /**
     * zRangeByLex($key, $min, $max, $offset, $count).
     *
     * @param array<mixed> $arguments
     */
    public static function byLex(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        if (\count($arguments) === 4) {
            return $convert->refuse('Must pass either 3 or 5 arguments');
        }
        $convert->requireCount($arguments, 3, 5);
        if (!self::addLexBounds($call, $arguments, $convert)) {
            return $convert->refuse("min and max arguments must start with '[' or '('");
        }
        if (\count($arguments) === 5) {
            \array_push($call->command, 'LIMIT', $convert->int($arguments[3], 3), $convert->int($arguments[4], 4));
        }
        return true;
    }

    /**
     * zLexCount and zRemRangeByLex($key, $min, $max).
     *
     * @param array<mixed> $arguments
     */
    public static function byLexBounds(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 3);
        return self::addLexBounds($call, $arguments, $convert)
            || $convert->refuse("Min/Max args can be '-' or '+', or start with '[' or '('");
    }

    /** @param array<mixed> $arguments */
    private static function addLexBounds(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $call->command[] = $convert->key($arguments[0], 0);
        foreach ([1, 2] as $place) {
            $bound = $convert->string($arguments[$place], $place);
            $call->command[] = $bound;
            if ($bound !== '-' && $bound !== '+' && \strspn($bound, '[(', 0, 1) === 0) {
                return false;
            }
        }
        return true;
    }
}
