<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Phpredis\Replies\FieldMap;
use RedisCluster\Request;

/** @internal */
final class Servers
{
    /**
     * acl($subcommand, ...$arguments)
     *
     * @param list<mixed> $arguments
     */
    public static function acl(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1);
        $call->command[] = Request::toStrings($arguments);
        $call->replyType = match (\strtoupper(Request::toText($arguments[0]))) {
            'SETUSER', 'LOAD', 'SAVE' => 'bool',
            'GETUSER' => [FieldMap::class, 'of'],
            default => 'any',
        };
    }

    /**
     * keys($pattern = '*').
     *
     * @param list<mixed> $arguments
     */
    public static function keys(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 0, 1);
        $call->command[] = $convert->pattern($arguments === [] ? '*' : $arguments[0], 0);
    }

    /**
     * wait($replicas, $milliseconds). Negative numbers are not sent.
     *
     * @param list<mixed> $arguments
     */
    public static function wait(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 2);
        \array_push($call->command, $convert->int($arguments[0], 0), $convert->int($arguments[1], 1));
        return \min($call->command[1], $call->command[2]) >= 0;
    }

    /**
     * slaveof($host, $port). Without arguments, NO ONE.
     *
     * @param list<mixed> $arguments
     */
    public static function slaveof(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 0, 2);
        $call->command[] = ($arguments[0] ?? null) === null ? 'NO' : $convert->string($arguments[0], 0);
        $call->command[] = ($arguments[0] ?? null) === null ? 'ONE' : $convert->int($arguments[1] ?? 6379, 1);
    }

    /**
     * failover([$host, $port, true for FORCE], $abort, $timeout).
     *
     * @param list<mixed> $arguments
     */
    public static function failover(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 0, 3);
        $to = ($arguments[0] ?? null) === null ? [] : \array_values($convert->array($arguments[0], 0));
        if ($to !== []) {
            \array_push($call->command, 'TO', $convert->string($to[0], 0), $convert->int($to[1] ?? 6379, 0));
            if ($convert->bool($to[2] ?? false, 0)) {
                $call->command[] = 'FORCE';
            }
        }
        if ($convert->bool($arguments[1] ?? false, 1)) {
            $call->command[] = 'ABORT';
        }
        $timeout = $convert->int($arguments[2] ?? 0, 2);
        if ($timeout > 0) {
            \array_push($call->command, 'TIMEOUT', $timeout);
        }
    }
}
