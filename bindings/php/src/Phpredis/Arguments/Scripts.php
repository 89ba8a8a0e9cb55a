<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Phpredis\Replies\Functions;
use RedisCluster\Request;

/** @internal */
final class Scripts
{
    /**
     * eval($script, $arguments, $number). The first $number arguments are keys.
     *
     * @param array<mixed> $arguments
     */
    public static function run(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 3);
        $given = \array_values($convert->array($arguments[1] ?? [], 1));
        $keys = $convert->int($arguments[2] ?? 0, 2);
        \array_push(
            $call->command,
            $convert->string($arguments[0], 0),
            $keys,
            $convert->keys(\array_slice($given, 0, \max(0, $keys))),
            Request::toStrings(\array_slice($given, \max(0, $keys))),
        );
    }

    /**
     * fcall($function, $keys, $arguments).
     *
     * @param array<mixed> $arguments
     */
    public static function call(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 3);
        $keys = $convert->array($arguments[1] ?? [], 1);
        $rest = $convert->array($arguments[2] ?? [], 2);
        \array_push($call->command, $convert->string($arguments[0], 0), \count($keys), $convert->keys($keys), Request::toStrings($rest));
    }

    /**
     * script('load', $text), script('exists', $sha, …), script('flush'), script('kill').
     *
     * @param array<mixed> $arguments
     */
    public static function scripts(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1);
        $what = \is_string($arguments[0]) ? \strtolower($arguments[0]) : '';
        $given = \array_slice($arguments, 1);
        \array_push($call->command, $what, Request::toStrings($given));
        return match ($what) {
            'load' => \is_string($given[0] ?? null) && $given[0] !== '',
            'exists' => $given !== [],
            'flush', 'kill' => true,
            default => false,
        };
    }

    /**
     * function('load', $code), function('list') and so on.
     *
     * @param array<mixed> $arguments
     */
    public static function functions(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1);
        $operation = $convert->string($arguments[0], 0);
        $call->command[] = [$operation, ...\array_values(Request::toStrings(\array_slice($arguments, 1)))];
        $call->replyType = match (\strtoupper($operation)) {
            'STATS' => [Functions::class, 'stats'],
            'LIST' => [Functions::class, 'list'],
            default => 'any',
        };
    }

    /**
     * rawCommand('SET', 'key', 5). Arguments do not get the prefix and are not serialized.
     *
     * @param array<mixed> $arguments
     */
    public static function raw(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1);
        if (!\is_string($arguments[0])) {
            return $convert->refuse("When sending a 'raw' command, the first argument must be a string!");
        }
        $convert->requirePlacementByTheLibrary('the keys of any command');
        foreach ($arguments as $argument) {
            if (!\is_string($argument) && !\is_int($argument) && !\is_float($argument)) {
                return $convert->refuse('Raw command arguments must be scalar values!');
            }
            $call->command[] = \is_float($argument) ? Request::formatFloat($argument) : $argument;
        }
        return true;
    }
}
