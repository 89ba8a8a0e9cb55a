<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal consumer groups of streams */
final class StreamGroups
{
    /** Subcommand of XGROUP => number of arguments of xGroup() that it needs, and that it uses. Others are ignored, as in phpredis 6. */
    private const OPERATIONS = [
        'HELP' => [1, 1],
        'CREATE' => [4, 6],
        'SETID' => [4, 6],
        'DESTROY' => [3, 3],
        'CREATECONSUMER' => [4, 4],
        'DELCONSUMER' => [4, 4],
    ];

    /**
     * xGroup('CREATE', $key, $group, $id, $mkstream = false, $entries_read = -2), and the other subcommands.
     *
     * @param array<mixed> $arguments
     */
    public static function group(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 6);
        $operation = $call->command[] = \strtoupper($convert->string($arguments[0], 0));
        [$least, $most] = self::OPERATIONS[$operation] ?? [\PHP_INT_MAX, 0];
        if (\count($arguments) < $least) {
            return false;
        }
        $arguments = \array_slice($arguments, 0, $most);
        foreach (\array_slice($arguments, 1, 3, true) as $place => $argument) {
            $call->command[] = $place === 1 ? $convert->key($argument, 1) : $convert->string($argument, $place);
        }
        if ($convert->bool($arguments[4] ?? false, 4) && $operation === 'CREATE') {
            $call->command[] = 'MKSTREAM';
        }
        Streams::addOption($call, 'ENTRIESREAD', $arguments[5] ?? -2, $convert, 5);
        return true;
    }

    /**
     * xReadGroup($group, $consumer, ['stream' => 'id'], $count = null, $block = null).
     *
     * @param array<mixed> $arguments
     */
    public static function read(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 5);
        \array_push($call->command, 'GROUP', $convert->string($arguments[0], 0), $convert->string($arguments[1], 1));
        foreach ([3 => 'COUNT', 4 => 'BLOCK'] as $place => $word) {
            if (isset($arguments[$place]) && $convert->int($arguments[$place], $place) < 0) {
                return $convert->refuse('Negative values for COUNT or BLOCK are illegal.');
            }
            Streams::addOption($call, $word, $arguments[$place] ?? -1, $convert, $place);
        }
        return Streams::addStreams($call, $convert->array($arguments[2], 2), $convert);
    }

    /**
     * xAck($key, $group, $ids).
     *
     * @param array<mixed> $arguments
     */
    public static function acknowledge(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 3);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->string($arguments[1], 1);
        $ids = $call->command[] = Request::toStrings($convert->array($arguments[2], 2));
        return $ids !== [];
    }

    /**
     * xAckDel($key, $group, $ids, $mode = null). The mode is that of xDelEx.
     *
     * @param array<mixed> $arguments
     */
    public static function acknowledgeAndDelete(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 4);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->string($arguments[1], 1);
        return Streams::addIds($call, Request::toStrings($convert->array($arguments[2], 2)), $arguments[3] ?? null, $convert, 3);
    }

    /**
     * xPending($key, $group), or xPending($key, $group, $start, $end, $count, $consumer = null).
     *
     * @param array<mixed> $arguments
     */
    public static function pending(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 6);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->string($arguments[1], 1);
        $call->replyContext = isset($arguments[2]);
        if (!$call->replyContext) {
            return true;
        }
        $count = $convert->int(\array_key_exists(4, $arguments) ? $arguments[4] : -1, 4);
        if (!isset($arguments[3]) || $count < 0) {
            return false;
        }
        \array_push($call->command, $convert->string($arguments[2], 2), $convert->string($arguments[3], 3), $count);
        if (isset($arguments[5])) {
            $call->command[] = $convert->string($arguments[5], 5);
        }
        return true;
    }

    /**
     * xClaim($key, $group, $consumer, $min_idle, $ids, $options = []).
     *
     * @param array<mixed> $arguments
     */
    public static function claim(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 5, 6);
        self::addConsumer($call, $arguments, $convert);
        $ids = $call->command[] = Request::toStrings($convert->array($arguments[4], 4));
        $options = $convert->array($arguments[5] ?? [], 5);
        $flags = OptionParser::parse(\array_filter($options, \is_int(...), \ARRAY_FILTER_USE_KEY), ['FORCE', 'JUSTID']);
        $options = OptionParser::parse($options, [], ['TIME', 'IDLE', 'RETRYCOUNT']);
        $time = [];
        foreach (\array_intersect_key($options, ['TIME' => 0, 'IDLE' => 0]) as $word => $value) {
            $value = self::castToInt($value);
            if ($value > 0) {
                $time = [$word, $value];
            } else {
                $convert->refuse("Invalid XCLAIM option '$word' will be ignored");
            }
        }
        \array_push($call->command, ...$time);
        Streams::addOption($call, 'RETRYCOUNT', self::castToInt($options['RETRYCOUNT'] ?? -1), $convert, 5);
        if (isset($flags['FORCE'])) {
            $call->command[] = 'FORCE';
        }
        if (isset($flags['JUSTID'])) {
            $call->command[] = 'JUSTID';
            $call->replyType = 'list';
        }
        return $ids !== [];
    }

    /**
     * xAutoClaim($key, $group, $consumer, $min_idle, $start, $count = -1, $justid = false).
     *
     * @param array<mixed> $arguments
     */
    public static function autoClaim(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 5, 7);
        self::addConsumer($call, $arguments, $convert);
        $call->command[] = $convert->string($arguments[4], 4);
        Streams::addOption($call, 'COUNT', $arguments[5] ?? -1, $convert, 5);
        $call->replyContext = $convert->bool($arguments[6] ?? false, 6);
        if ($call->replyContext) {
            $call->command[] = 'JUSTID';
        }
    }

    /** @param array<mixed> $arguments */
    private static function addConsumer(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->string($arguments[1], 1);
        $call->command[] = $convert->string($arguments[2], 2);
        $call->command[] = $convert->int($arguments[3], 3);
    }

    /** phpredis does not check the types of these options. */
    private static function castToInt(mixed $value): int
    {
        return \is_scalar($value) ? (int) $value : 0;
    }
}
