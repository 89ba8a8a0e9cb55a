<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal streams, as far as no group has to do with it: see Groups */
final class Streams
{
    /**
     * xAdd($key, $id, $fields, $maxlen = 0, $approximate = false, $nomkstream = false).
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 6);
        $call->command[] = $as->key($arguments[0], 0);
        $id = $as->string($arguments[1], 1);
        $fields = $as->array($arguments[2], 2);
        $most = $as->int($arguments[3] ?? 0, 3);
        $approximate = $as->bool($arguments[4] ?? false, 4);
        if ($fields === []) {
            return false;
        }
        if ($as->bool($arguments[5] ?? false, 5)) {
            $call->command[] = 'NOMKSTREAM';
        }
        if ($most > 0) {
            \array_push($call->command, 'MAXLEN', ...($approximate ? ['~', $most] : [$most]));
        } elseif ($most < 0 || $approximate) {
            $as->refuse('Warning:  Invalid MAXLEN argument or approximate flag');
        }
        $call->command[] = $id;
        $call->command['pairs'] = $as->values($fields);
        return true;
    }

    /**
     * xDel($key, $ids).
     *
     * @param array<mixed> $arguments
     */
    public static function delete(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 2);
        $call->command[] = $as->key($arguments[0], 0);
        $ids = $call->command[] = Request::strings($as->array($arguments[1], 1));
        return $ids !== [];
    }

    /**
     * xDelEx($key, $ids, $mode = null): what becomes of references to the entries: KEEPREF, DELREF or ACKED.
     *
     * @param array<mixed> $arguments
     */
    public static function deleteBy(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 3);
        $call->command[] = $as->key($arguments[0], 0);
        return self::ids($call, Request::strings($as->array($arguments[1], 1)), $arguments[2] ?? null, $as, 2);
    }

    /**
     * Ids with their number, behind the mode.
     *
     * @param array<string|int> $ids
     */
    public static function ids(Call $call, array $ids, mixed $mode, Arguments $as, int $place): bool
    {
        if ($mode !== null) {
            $call->command[] = $as->string($mode, $place);
        }
        \array_push($call->command, 'IDS', \count($ids), $ids);
        return $ids !== [];
    }

    /**
     * xRange and xRevRange($key, $start, $end, $count = -1).
     *
     * @param array<mixed> $arguments
     */
    public static function range(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 4);
        $call->command[] = $as->key($arguments[0], 0);
        $call->command[] = $as->string($arguments[1], 1);
        $call->command[] = $as->string($arguments[2], 2);
        self::limited($call, 'COUNT', $arguments[3] ?? -1, $as, 3);
    }

    /**
     * xRead(['stream' => 'id'], $count = -1, $block = -1).
     *
     * @param array<mixed> $arguments
     */
    public static function read(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1, 3);
        self::limited($call, 'COUNT', $arguments[1] ?? -1, $as, 1);
        self::limited($call, 'BLOCK', $arguments[2] ?? -1, $as, 2);
        return self::streams($call, $as->array($arguments[0], 0), $as);
    }

    /** A word and its number, which is left out where it is negative. */
    public static function limited(Call $call, string $word, mixed $number, Arguments $as, int $place): void
    {
        $number = $as->int($number, $place);
        if ($number >= 0) {
            \array_push($call->command, $word, $number);
        }
    }

    /** @param array<mixed> $streams */
    public static function streams(Call $call, array $streams, Arguments $as): bool
    {
        \array_push($call->command, 'STREAMS', $as->keys(\array_keys($streams)), Request::strings(\array_values($streams)));
        return $streams !== [];
    }

    /**
     * xTrim($key, $threshold, $approximate = false, $minid = false, $limit = -1).
     *
     * @param array<mixed> $arguments
     */
    public static function trim(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 5);
        $call->command[] = $as->key($arguments[0], 0);
        $approximate = $as->bool($arguments[2] ?? false, 2);
        $byId = $as->bool($arguments[3] ?? false, 3);
        $call->command[] = $byId ? 'MINID' : 'MAXLEN';
        if ($approximate) {
            $call->command[] = '~';
        }
        $call->command[] = $byId ? $as->string($arguments[1], 1) : $as->int($arguments[1], 1);
        self::limited($call, 'LIMIT', $arguments[4] ?? -1, $as, 4);
    }

    /**
     * xInfo('STREAM', $key), xInfo('STREAM', $key, 'FULL', $count = -1), xInfo('GROUPS', $key), xInfo('CONSUMERS', $key, $group).
     *
     * @param array<mixed> $arguments
     */
    public static function info(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1, 4);
        $call->command[] = $as->string($arguments[0], 0);
        $call->context = \strtoupper($call->command[1]);
        foreach (\array_slice($arguments, 1, 2, true) as $place => $argument) {
            $call->command[] = $place === 1 ? $as->key($argument, 1) : $as->string($argument, 2);
        }
        self::limited($call, 'COUNT', $arguments[3] ?? -1, $as, 3);
        $option = $call->context === 'STREAM' ? $call->command[3] ?? 'FULL' : 'FULL';
        return \strtoupper($option) === 'FULL' || $as->refuse("'$option' is not a valid option for XINFO STREAM");
    }
}
