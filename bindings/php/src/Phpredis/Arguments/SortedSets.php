<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal */
final class SortedSets
{
    /**
     * zAdd($key, $score, $member, …), with NX, XX, GT, LT, CH, INCR in an array before the first score.
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1);
        $count = \count($arguments);
        $options = $count % 2 === 0 ? $arguments[1] : [];
        if ($count < 3 || !\is_array($options)) {
            return false;
        }
        $call->command[] = $as->key($arguments[0], 0);
        foreach (Words::of($options, ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR']) as $word => $_) {
            $call->command[] = $word;
            $call->reply = $word === 'INCR' ? 'float' : $call->reply;
        }
        for ($place = $count % 2 === 0 ? 2 : 1; $place < $count; $place += 2) {
            $score = self::score($arguments[$place]);
            if ($score === null) {
                return $as->refuse("Scores must be numeric or '-inf','+inf'");
            }
            \array_push($call->command, $score, $as->value($arguments[$place + 1]));
        }
        return true;
    }

    /** As Redis reads it, or null. */
    public static function score(mixed $score): string|int|null
    {
        return match (true) {
            \is_int($score), \is_string($score) && self::isScore($score) => $score,
            \is_float($score) => Arguments::float($score),
            default => null,
        };
    }

    private static function isScore(string $score): bool
    {
        return \is_numeric($score) || \preg_match('/^[+-]?inf(inity)?$/Di', $score) === 1;
    }

    /**
     * zRandMember($key, ['count' => 2, 'withscores' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function random(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 2);
        $call->command[] = $as->key($arguments[0], 0);
        $options = Words::of($as->array($arguments[1] ?? [], 1), ['WITHSCORES'], ['COUNT']);
        if ($options === []) {
            return;
        }
        $call->command[] = $as->int($options['COUNT'] ?? 1, 1);
        $call->reply = 'values';
        if (isset($options['WITHSCORES'])) {
            $call->command[] = 'WITHSCORES';
            $call->reply = 'scores';
        }
    }
}
