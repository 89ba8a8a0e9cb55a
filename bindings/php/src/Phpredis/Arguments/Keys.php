<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal */
final class Keys
{
    /**
     * object('encoding', $key).
     *
     * @param array<mixed> $arguments
     */
    public static function inspect(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 2);
        $what = $convert->string($arguments[0], 0);
        if (!\in_array(\strtolower($what), ['encoding', 'refcount', 'idletime', 'freq'], true)) {
            return $convert->refuse('Invalid subcommand sent to OBJECT');
        }
        \array_push($call->command, $what, $convert->key($arguments[1], 1));
        return true;
    }

    /**
     * copy($source, $destination, ['DB' => 1, 'REPLACE' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function copy(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->key($arguments[1], 1));
        $options = OptionParser::parse($convert->array($arguments[2] ?? [], 2), ['REPLACE'], ['DB']);
        if (isset($options['DB'])) {
            \array_push($call->command, 'DB', $convert->int($options['DB'], 2));
        }
        if (isset($options['REPLACE'])) {
            $call->command[] = 'REPLACE';
        }
    }

    /**
     * restore($key, $milliseconds, $dump, ['REPLACE', 'IDLETIME' => 5]).
     *
     * @param array<mixed> $arguments
     */
    public static function restore(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->int($arguments[1], 1), $convert->string($arguments[2], 2));
        $options = $convert->array($arguments[3] ?? [], 3);
        foreach (OptionParser::parse($options, ['REPLACE', 'ABSTTL'], ['IDLETIME', 'FREQ']) as $word => $value) {
            $call->command[] = $word;
            if ($value !== true) {
                $call->command[] = $convert->int($value, 3);
            }
        }
    }

    /**
     * expire($key, $seconds, $mode = null), and the same for pExpire, expireAt and pExpireAt. The mode is NX, XX, GT or LT.
     *
     * @param array<mixed> $arguments
     */
    public static function expire(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->int($arguments[1], 1));
        if (isset($arguments[2])) {
            $mode = $convert->string($arguments[2], 2);
            if (!\in_array(\strtoupper($mode), ['NX', 'XX', 'GT', 'LT'], true)) {
                return $convert->refuse("Unknown expiration modifier '$mode'");
            }
            $call->command[] = $mode;
        }
        return true;
    }

    /**
     * expireMember($key, $field, $time, $unit = null).
     *
     * @param array<mixed> $arguments
     */
    public static function expireMember(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->string($arguments[1], 1), $convert->int($arguments[2], 2));
        if (isset($arguments[3])) {
            $call->command[] = $convert->string($arguments[3], 3);
        }
    }

    /**
     * migrate($host, $port, $key or $keys, $database, $milliseconds, $copy, $replace, $credentials).
     *
     * @param array<mixed> $arguments
     */
    public static function migrate(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 5, 8);
        $keys = $arguments[2];
        if ($keys === []) {
            return $convert->refuse('Keys array cannot be empty');
        }
        \array_push(
            $call->command,
            $convert->string($arguments[0], 0),
            $convert->int($arguments[1], 1),
            \is_array($keys) ? '' : $convert->key($keys, 2),
            $convert->int($arguments[3], 3),
            $convert->int($arguments[4], 4),
        );
        if ($convert->bool($arguments[5] ?? false, 5)) {
            $call->command[] = 'COPY';
        }
        if ($convert->bool($arguments[6] ?? false, 6)) {
            $call->command[] = 'REPLACE';
        }
        $credentials = (array) ($arguments[7] ?? []);
        if ($credentials !== []) {
            \array_push($call->command, \count($credentials) > 1 ? 'AUTH2' : 'AUTH', \array_map(Request::toText(...), $credentials));
        }
        if (\is_array($keys)) {
            \array_push($call->command, 'KEYS', $convert->keys($keys));
        }
        return true;
    }
}
