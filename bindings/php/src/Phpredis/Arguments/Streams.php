<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal streams without groups; StreamGroups has the others */
final class Streams
{
    /**
     * xAdd($key, $id, $fields, $maxlen = 0, $approximate = false, $nomkstream = false).
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 6);
        $call->command[] = $convert->key($arguments[0], 0);
        $id = $convert->string($arguments[1], 1);
        $fields = $convert->array($arguments[2], 2);
        $most = $convert->int($arguments[3] ?? 0, 3);
        $approximate = $convert->bool($arguments[4] ?? false, 4);
        if ($fields === []) {
            return false;
        }
        if ($convert->bool($arguments[5] ?? false, 5)) {
            $call->command[] = 'NOMKSTREAM';
        }
        if ($most > 0) {
            \array_push($call->command, 'MAXLEN', ...($approximate ? ['~', $most] : [$most]));
        } elseif ($most < 0 || $approximate) {
            $convert->refuse('Warning:  Invalid MAXLEN argument or approximate flag');
        }
        $call->command[] = $id;
        $call->command['pairs'] = $convert->values($fields);
        return true;
    }

    /**
     * xDel($key, $ids).
     *
     * @param array<mixed> $arguments
     */
    public static function delete(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        $ids = $call->command[] = Request::toStrings($convert->array($arguments[1], 1));
        return $ids !== [];
    }

    /**
     * xDelEx($key, $ids, $mode = null). The mode applies to references to the entries: KEEPREF, DELREF or ACKED.
     *
     * @param array<mixed> $arguments
     */
    public static function deleteWithMode(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        $call->command[] = $convert->key($arguments[0], 0);
        return self::addIds($call, Request::toStrings($convert->array($arguments[1], 1)), $arguments[2] ?? null, $convert, 2);
    }

    /**
     * Adds the mode, and the ids with their number.
     *
     * @param array<string|int> $ids
     */
    public static function addIds(Call $call, array $ids, mixed $mode, ArgumentConverter $convert, int $place): bool
    {
        if ($mode !== null) {
            $call->command[] = $convert->string($mode, $place);
        }
        \array_push($call->command, 'IDS', \count($ids), $ids);
        return $ids !== [];
    }

    /**
     * xRange and xRevRange($key, $start, $end, $count = -1).
     *
     * @param array<mixed> $arguments
     */
    public static function range(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->string($arguments[1], 1);
        $call->command[] = $convert->string($arguments[2], 2);
        self::addOption($call, 'COUNT', \array_key_exists(3, $arguments) ? $arguments[3] : -1, $convert, 3);
    }

    /**
     * xRead(['stream' => 'id'], $count = -1, $block = -1).
     *
     * @param array<mixed> $arguments
     */
    public static function read(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 3);
        self::addOption($call, 'COUNT', $arguments[1] ?? -1, $convert, 1);
        self::addOption($call, 'BLOCK', $arguments[2] ?? -1, $convert, 2);
        return self::addStreams($call, $convert->array($arguments[0], 0), $convert);
    }

    /** Adds an option and its number, unless the number is negative. */
    public static function addOption(Call $call, string $word, mixed $number, ArgumentConverter $convert, int $place): void
    {
        $number = $convert->int($number, $place);
        if ($number >= 0) {
            \array_push($call->command, $word, $number);
        }
    }

    /** @param array<mixed> $streams */
    public static function addStreams(Call $call, array $streams, ArgumentConverter $convert): bool
    {
        \array_push($call->command, 'STREAMS', $convert->keys(\array_keys($streams)), Request::toStrings(\array_values($streams)));
        return $streams !== [];
    }

    /**
     * xTrim($key, $threshold, $approximate = false, $minid = false, $limit = -1).
     *
     * @param array<mixed> $arguments
     */
    public static function trim(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 5);
        $call->command[] = $convert->key($arguments[0], 0);
        $approximate = $convert->bool($arguments[2] ?? false, 2);
        $byId = $convert->bool($arguments[3] ?? false, 3);
        $call->command[] = $byId ? 'MINID' : 'MAXLEN';
        if ($approximate) {
            $call->command[] = '~';
        }
        $call->command[] = $convert->string($arguments[1], 1);
        $limit = $convert->int($arguments[4] ?? -1, 4);
        if ($limit >= 0 && !$approximate) {
            $convert->refuse('Cannot use LIMIT without an approximate match, ignoring');
        } else {
            self::addOption($call, 'LIMIT', $limit, $convert, 4);
        }
    }

    /**
     * xInfo('STREAM', $key), xInfo('STREAM', $key, 'FULL', $count = -1), xInfo('GROUPS', $key), xInfo('CONSUMERS', $key, $group).
     *
     * @param array<mixed> $arguments
     */
    public static function info(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 4);
        $call->command[] = $convert->string($arguments[0], 0);
        $call->replyContext = \strtoupper($call->command[1]);
        foreach (\array_slice($arguments, 1, 2, true) as $place => $argument) {
            if ($argument === null) {
                break; // none, as in phpredis 6
            }
            $call->command[] = $place === 1 ? $convert->key($argument, 1) : $convert->string($argument, 2);
        }
        self::addOption($call, 'COUNT', $arguments[3] ?? -1, $convert, 3);
        $option = $call->replyContext === 'STREAM' ? $call->command[3] ?? 'FULL' : 'FULL';
        return \strtoupper($option) === 'FULL' || $convert->refuse("'$option' is not a valid option for XINFO STREAM");
    }
}
