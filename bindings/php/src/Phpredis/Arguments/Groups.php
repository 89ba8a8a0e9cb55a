<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal the groups that read a stream together */
final class Groups
{
    /** What XGROUP can do => how many arguments it takes at least and at most. */
    private const OPERATIONS = [
        'HELP' => [1, 1],
        'CREATE' => [4, 6],
        'SETID' => [4, 6],
        'DESTROY' => [3, 3],
        'CREATECONSUMER' => [4, 4],
        'DELCONSUMER' => [4, 4],
    ];

    /**
     * xGroup('CREATE', $key, $group, $id, $mkstream = false, $entries_read = -2), and what else there is.
     *
     * @param array<mixed> $arguments
     */
    public static function group(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1, 6);
        $operation = $call->command[] = \strtoupper($as->string($arguments[0], 0));
        [$least, $most] = self::OPERATIONS[$operation] ?? [1, 0];
        $count = \count($arguments);
        if ($count < $least || $count > $most) {
            return false;
        }
        foreach (\array_slice($arguments, 1, 3, true) as $place => $argument) {
            $call->command[] = $place === 1 ? $as->key($argument, 1) : $as->string($argument, $place);
        }
        if ($as->bool($arguments[4] ?? false, 4)) {
            if ($operation !== 'CREATE') {
                return false;
            }
            $call->command[] = 'MKSTREAM';
        }
        Streams::limited($call, 'ENTRIESREAD', $arguments[5] ?? -2, $as, 5);
        return true;
    }

    /**
     * xReadGroup($group, $consumer, ['stream' => 'id'], $count = null, $block = null).
     *
     * @param array<mixed> $arguments
     */
    public static function read(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 5);
        \array_push($call->command, 'GROUP', $as->string($arguments[0], 0), $as->string($arguments[1], 1));
        Streams::limited($call, 'COUNT', $arguments[3] ?? -1, $as, 3);
        Streams::limited($call, 'BLOCK', $arguments[4] ?? -1, $as, 4);
        return Streams::streams($call, $as->array($arguments[2], 2), $as);
    }

    /**
     * xAck($key, $group, $ids).
     *
     * @param array<mixed> $arguments
     */
    public static function acknowledge(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 3);
        $call->command[] = $as->key($arguments[0], 0);
        $call->command[] = $as->string($arguments[1], 1);
        $ids = $call->command[] = Request::strings($as->array($arguments[2], 2));
        return $ids !== [];
    }

    /**
     * xAckDel($key, $group, $ids, $mode = null): as for xDelEx.
     *
     * @param array<mixed> $arguments
     */
    public static function acknowledgeAndDelete(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 4);
        $call->command[] = $as->key($arguments[0], 0);
        $call->command[] = $as->string($arguments[1], 1);
        return Streams::ids($call, Request::strings($as->array($arguments[2], 2)), $arguments[3] ?? null, $as, 3);
    }

    /**
     * xPending($key, $group), or xPending($key, $group, $start, $end, $count, $consumer = null).
     *
     * @param array<mixed> $arguments
     */
    public static function pending(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 6);
        $call->command[] = $as->key($arguments[0], 0);
        $call->command[] = $as->string($arguments[1], 1);
        $call->context = isset($arguments[2]);
        if (!$call->context) {
            return true;
        }
        $count = $as->int($arguments[4] ?? -1, 4);
        if (!isset($arguments[3]) || $count < 0) {
            return false;
        }
        \array_push($call->command, $as->string($arguments[2], 2), $as->string($arguments[3], 3), $count);
        if (isset($arguments[5])) {
            $call->command[] = $as->string($arguments[5], 5);
        }
        return true;
    }

    /**
     * xClaim($key, $group, $consumer, $min_idle, $ids, $options = []).
     *
     * @param array<mixed> $arguments
     */
    public static function claim(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 5, 6);
        self::claimer($call, $arguments, $as);
        $ids = $call->command[] = Request::strings($as->array($arguments[4], 4));
        $options = $as->array($arguments[5] ?? [], 5);
        $flags = Words::of(\array_filter($options, \is_int(...), \ARRAY_FILTER_USE_KEY), ['FORCE', 'JUSTID']);
        $options = Words::of($options, [], ['TIME', 'IDLE', 'RETRYCOUNT']);
        $time = [];
        foreach (\array_intersect_key($options, ['TIME' => 0, 'IDLE' => 0]) as $word => $value) {
            $value = self::whole($value);
            if ($value > 0) {
                $time = [$word, $value];
            } else {
                $as->refuse("Invalid XCLAIM option '$word' will be ignored");
            }
        }
        \array_push($call->command, ...$time);
        Streams::limited($call, 'RETRYCOUNT', self::whole($options['RETRYCOUNT'] ?? -1), $as, 5);
        if (isset($flags['FORCE'])) {
            $call->command[] = 'FORCE';
        }
        if (isset($flags['JUSTID'])) {
            $call->command[] = 'JUSTID';
            $call->reply = 'list';
        }
        return $ids !== [];
    }

    /**
     * xAutoClaim($key, $group, $consumer, $min_idle, $start, $count = -1, $justid = false).
     *
     * @param array<mixed> $arguments
     */
    public static function autoClaim(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 5, 7);
        self::claimer($call, $arguments, $as);
        $call->command[] = $as->string($arguments[4], 4);
        Streams::limited($call, 'COUNT', $arguments[5] ?? -1, $as, 5);
        $call->context = $as->bool($arguments[6] ?? false, 6);
        if ($call->context) {
            $call->command[] = 'JUSTID';
        }
    }

    /** @param array<mixed> $arguments */
    private static function claimer(Call $call, array $arguments, Arguments $as): void
    {
        $call->command[] = $as->key($arguments[0], 0);
        $call->command[] = $as->string($arguments[1], 1);
        $call->command[] = $as->string($arguments[2], 2);
        $call->command[] = $as->int($arguments[3], 3);
    }

    /** What a cast makes of an option: phpredis looks at no types there. */
    private static function whole(mixed $value): int
    {
        return \is_scalar($value) ? (int) $value : 0;
    }
}
