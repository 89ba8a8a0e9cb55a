<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal unions, intersections and differences of sorted sets */
final class SortedSetOperations
{
    /**
     * zUnionStore($destination, $keys, $weights, $aggregate).
     *
     * @param array<mixed> $arguments
     */
    public static function store(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 4);
        $call->command[] = $convert->key($arguments[0], 0);
        $keys = $convert->array($arguments[1], 1);
        $weights = isset($arguments[2]) ? $convert->array($arguments[2], 2) : null;
        return self::addKeysAndWeights($call, $keys, $weights, $convert->string($arguments[3] ?? '', 3), $convert);
    }

    /**
     * zUnion and zInter($keys, $weights, ['withscores' => true, 'aggregate' => 'sum']). With a key as the first argument they are
     * aliases of zUnionStore and zInterStore, as in phpredis before 6.
     *
     * @param array<mixed> $arguments
     */
    public static function combine(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        if (!\is_array($arguments[0] ?? null)) {
            $call->command[0] .= 'STORE';
            $call->replyType = 'int';
            return self::store($call, $arguments, $convert);
        }
        $convert->requireCount($arguments, 1, 3);
        $weights = isset($arguments[1]) ? $convert->array($arguments[1], 1) : null;
        $options = OptionParser::parse($convert->array($arguments[2] ?? [], 2), ['WITHSCORES'], ['AGGREGATE']);
        return self::addKeysAndWeights($call, $arguments[0], $weights, $convert->string($options['AGGREGATE'] ?? '', 2), $convert)
            && self::addWithScores($call, $options);
    }

    /**
     * zDiff($keys, ['withscores' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function difference(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 2);
        $options = OptionParser::parse($convert->array($arguments[1] ?? [], 1), ['WITHSCORES']);
        return self::addKeysAndWeights($call, $convert->array($arguments[0], 0), null, '', $convert) && self::addWithScores($call, $options);
    }

    /**
     * zDiffStore($destination, $keys).
     *
     * @param array<mixed> $arguments
     */
    public static function storeDifference(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        $call->command[] = $convert->key($arguments[0], 0);
        return self::addKeysAndWeights($call, $convert->array($arguments[1], 1), null, '', $convert);
    }

    /** @param array<string, mixed> $options */
    private static function addWithScores(Call $call, array $options): bool
    {
        if (isset($options['WITHSCORES'])) {
            $call->command[] = 'WITHSCORES';
            $call->replyType = 'scores';
        }
        return true;
    }

    /**
     * @param array<mixed>  $keys
     * @param ?array<mixed> $weights
     */
    private static function addKeysAndWeights(Call $call, array $keys, ?array $weights, string $aggregate, ArgumentConverter $convert): bool
    {
        if ($keys === []) {
            return false;
        }
        \array_push($call->command, \count($keys), $convert->keys($keys));
        if ($weights !== null) {
            if (\count($weights) !== \count($keys)) {
                return $convert->refuse('WEIGHTS and keys array should be the same size!');
            }
            $weights = \array_map(SortedSets::score(...), $weights);
            if (\in_array(null, $weights, true)) {
                return $convert->refuse("Weights must be numeric or '-inf','inf','+inf'");
            }
            \array_push($call->command, 'WEIGHTS', $weights);
        }
        if ($aggregate !== '') {
            if (!\in_array(\strtoupper($aggregate), ['SUM', 'MIN', 'MAX'], true)) {
                return $convert->refuse('Invalid AGGREGATE option provided!');
            }
            \array_push($call->command, 'AGGREGATE', $aggregate);
        }
        return true;
    }
}
