<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal */
final class Strings
{
    /**
     * set($key, $value, $options). Options are a number of seconds, or an array with NX, XX, KEEPTTL, GET, and EX, PX, EXAT or PXAT
     * => number.
     *
     * @param array<mixed> $arguments
     */
    public static function set(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->value($arguments[1]);
        $options = $arguments[2] ?? null;
        return match (true) {
            $options === null => true,
            \is_array($options) => self::addOptions($call, $options, $convert),
            \is_numeric($options) => self::addExpiry($call, 'EX', $options, $convert),
            default => $convert->refuse('Expire must be a long, double, or a numeric string'),
        };
    }

    /** @param array<mixed> $options */
    private static function addOptions(Call $call, array $options, ArgumentConverter $convert): bool
    {
        $condition = $expires = $keep = null;
        foreach ($options as $name => $value) {
            $word = \strtoupper(\is_string($name) ? $name : (\is_string($value) ? $value : ''));
            if (\is_string($name) && \in_array($word, ['EX', 'PX', 'EXAT', 'PXAT'], true)) {
                $expires = [$word => $value]; // the last one given applies
            } elseif (\is_string($name) && $word === 'IFEQ') {
                $condition = [$word, $convert->value($value)];
            } elseif (\is_int($name) && ($word === 'NX' || $word === 'XX')) {
                $condition = [$word];
            } elseif (\is_int($name) && $word === 'KEEPTTL') {
                $keep = [$word];
            } elseif (\is_int($name) && $word === 'GET') {
                $call->command[] = $word;
                $call->replyType = 'value';
            }
        }
        if ($keep !== null && $expires !== null) {
            return $convert->refuse("KEEPTTL can't be combined with EX or PX option");
        }
        \array_push($call->command, ...$condition ?? [], ...$keep ?? []);
        return $expires === null || self::addExpiry($call, \key($expires), \current($expires), $convert);
    }

    private static function addExpiry(Call $call, string $word, mixed $number, ArgumentConverter $convert): bool
    {
        $number = \is_numeric($number) ? (int) $number : 0;
        if ($number < 1) {
            return $convert->refuse("EXPIRE can't be < 1");
        }
        \array_push($call->command, $word, $number);
        return true;
    }

    /**
     * getEx($key, ['EX' => 10]) or ['PERSIST'].
     *
     * @param array<mixed> $arguments
     */
    public static function getAndExpire(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        $options = OptionParser::parse($convert->array($arguments[1] ?? [], 1), ['PERSIST'], ['EX', 'PX', 'EXAT', 'PXAT']);
        foreach ($options as $word => $value) {
            if ($word === 'PERSIST') {
                $call->command[] = $word;
            } elseif (!self::addExpiry($call, $word, $value, $convert)) {
                return false;
            }
        }
        return true;
    }

    /** @param array<mixed> $arguments */
    public static function increment(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        self::addStep($call, 'INCRBY', $arguments, $convert);
    }

    /** @param array<mixed> $arguments */
    public static function decrement(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        self::addStep($call, 'DECRBY', $arguments, $convert);
    }

    /** @param array<mixed> $arguments */
    private static function addStep(Call $call, string $word, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        if (\count($arguments) === 2) {
            $call->command[0] = $word;
            $call->command[] = $convert->int($arguments[1], 1);
        }
    }

    /**
     * lcs($key1, $key2, ['len']) or ['idx', 'minmatchlen' => 3, 'withmatchlen'].
     *
     * @param array<mixed> $arguments
     */
    public static function lcs(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->key($arguments[1], 1));
        $flags = OptionParser::parse($convert->array($arguments[2] ?? [], 2), ['LEN', 'IDX', 'WITHMATCHLEN'], ['MINMATCHLEN']);
        foreach ($flags as $word => $value) {
            $call->command[] = $word;
            if ($word === 'MINMATCHLEN') {
                $call->command[] = $convert->int($value, 2);
            }
        }
    }

    /**
     * delex($key, ['IFEQ' => $value]) or one of IFNE, IFDEQ, IFDNE.
     *
     * @param array<mixed> $arguments
     */
    public static function deleteIf(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        foreach (OptionParser::parse($convert->array($arguments[1] ?? [], 1), [], ['IFEQ', 'IFNE', 'IFDEQ', 'IFDNE']) as $word => $value) {
            \array_push($call->command, $word, \str_starts_with($word, 'IFD') ? Request::toText($value) : $convert->value($value));
        }
    }

    /**
     * mSetEx($pairs, seconds or ['PX' => 1000, 'NX']).
     *
     * @param array<mixed> $arguments
     */
    public static function setManyAndExpire(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 2);
        $pairs = $convert->array($arguments[0], 0);
        $given = $arguments[1] ?? [];
        $options = OptionParser::parse(\is_array($given) ? $given : ['EX' => $given], ['NX', 'XX', 'KEEPTTL'], ['EX', 'PX', 'EXAT', 'PXAT']);
        $call->command[] = \count($pairs);
        $call->command['pairs'] = $convert->prefixKeys($convert->values($pairs));
        foreach ($options as $word => $value) {
            $call->command[] = $word;
            if ($value !== true) {
                $call->command[] = $convert->int($value, 1);
            }
        }
        return $pairs !== [];
    }
}
