<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal of sorted sets */
final class Combinations
{
    /**
     * zUnionStore($destination, $keys, $weights, $aggregate).
     *
     * @param array<mixed> $arguments
     */
    public static function store(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 4);
        $call->command[] = $as->key($arguments[0], 0);
        $keys = $as->array($arguments[1], 1);
        $weights = isset($arguments[2]) ? $as->array($arguments[2], 2) : null;
        return self::weighed($call, $keys, $weights, $as->string($arguments[3] ?? '', 3), $as);
    }

    /**
     * zUnion($keys, $weights, ['withscores' => true, 'aggregate' => 'sum']). With a key in the first place these were other names of
     * zUnionStore and zInterStore until phpredis 5.3.
     *
     * @param array<mixed> $arguments
     */
    public static function combine(Call $call, array $arguments, Arguments $as): bool
    {
        if (!\is_array($arguments[0] ?? null)) {
            $call->command[0] .= 'STORE';
            $call->reply = 'int';
            return self::store($call, $arguments, $as);
        }
        $as->counted($arguments, 1, 3);
        $weights = isset($arguments[1]) ? $as->array($arguments[1], 1) : null;
        $options = Words::of($as->array($arguments[2] ?? [], 2), ['WITHSCORES'], ['AGGREGATE']);
        return self::weighed($call, $arguments[0], $weights, $as->string($options['AGGREGATE'] ?? '', 2), $as)
            && self::withScores($call, $options);
    }

    /**
     * zDiff($keys, ['withscores' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function difference(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1, 2);
        $options = Words::of($as->array($arguments[1] ?? [], 1), ['WITHSCORES']);
        return self::weighed($call, $as->array($arguments[0], 0), null, '', $as) && self::withScores($call, $options);
    }

    /**
     * zDiffStore($destination, $keys).
     *
     * @param array<mixed> $arguments
     */
    public static function storeDifference(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 3);
        $call->command[] = $as->key($arguments[0], 0);
        return self::weighed($call, $as->array($arguments[1], 1), null, '', $as);
    }

    /** @param array<string, mixed> $options */
    private static function withScores(Call $call, array $options): bool
    {
        if (isset($options['WITHSCORES'])) {
            $call->command[] = 'WITHSCORES';
            $call->reply = 'scores';
        }
        return true;
    }

    /**
     * @param array<mixed>  $keys
     * @param ?array<mixed> $weights
     */
    private static function weighed(Call $call, array $keys, ?array $weights, string $aggregate, Arguments $as): bool
    {
        if ($keys === []) {
            return false;
        }
        \array_push($call->command, \count($keys), $as->keys($keys));
        if ($weights !== null) {
            if (\count($weights) !== \count($keys)) {
                return $as->refuse('WEIGHTS and keys array should be the same size!');
            }
            $weights = \array_map(SortedSets::score(...), $weights);
            if (\in_array(null, $weights, true)) {
                return $as->refuse("Weights must be numeric or '-inf','inf','+inf'");
            }
            \array_push($call->command, 'WEIGHTS', $weights);
        }
        if ($aggregate !== '') {
            if (!\in_array(\strtoupper($aggregate), ['SUM', 'MIN', 'MAX'], true)) {
                return $as->refuse('Invalid AGGREGATE option provided!');
            }
            \array_push($call->command, 'AGGREGATE', $aggregate);
        }
        return true;
    }
}
