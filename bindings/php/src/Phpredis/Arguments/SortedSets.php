<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal */
final class SortedSets
{
    /**
     * zAdd($key, $score, $member, …), with NX, XX, GT, LT, CH, INCR in an array before the first score.
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3);
        $count = \count($arguments);
        $options = $count % 2 === 0 ? $arguments[1] : [];
        if (!\is_array($options)) {
            return false;
        }
        $call->command[] = $convert->key($arguments[0], 0);
        foreach (OptionParser::parse($options, ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR']) as $word => $_) {
            $call->command[] = $word;
            $call->replyType = $word === 'INCR' ? 'float' : $call->replyType;
        }
        for ($place = $count % 2 === 0 ? 2 : 1; $place < $count; $place += 2) {
            $score = self::score($arguments[$place]);
            if ($score === null) {
                return $convert->refuse("Scores must be numeric or '-inf','+inf'");
            }
            \array_push($call->command, $score, $convert->value($arguments[$place + 1]));
        }
        return true;
    }

    /** A score in Redis' notation, or null if it is not one. */
    public static function score(mixed $score): string|int|null
    {
        return match (true) {
            \is_int($score), \is_string($score) && self::isScore($score) => $score,
            \is_float($score) => Request::formatFloat($score),
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
    public static function random(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        $options = OptionParser::parse($convert->array($arguments[1] ?? [], 1), ['WITHSCORES'], ['COUNT']);
        $count = $convert->int($options['COUNT'] ?? 0, 1);
        if ($count === 0 && !isset($options['WITHSCORES'])) {
            return;
        }
        // As in phpredis, 0 means no count; without one, the server rejects WITHSCORES.
        $call->command[] = $count === 0 ? 1 : $count;
        $call->replyType = 'values';
        if (isset($options['WITHSCORES'])) {
            $call->command[] = 'WITHSCORES';
            $call->replyType = 'scores';
        }
    }
}
