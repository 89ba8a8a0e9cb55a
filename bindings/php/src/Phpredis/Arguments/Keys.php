<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
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
    public static function inspect(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 2);
        $what = $as->string($arguments[0], 0);
        if (!\in_array(\strtolower($what), ['encoding', 'refcount', 'idletime', 'freq'], true)) {
            return $as->refuse('Invalid subcommand sent to OBJECT');
        }
        \array_push($call->command, $what, $as->key($arguments[1], 1));
        return true;
    }

    /**
     * copy($source, $destination, ['DB' => 1, 'REPLACE' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function copy(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->key($arguments[1], 1));
        $options = Words::of($as->array($arguments[2] ?? [], 2), ['REPLACE'], ['DB']);
        if (isset($options['DB'])) {
            \array_push($call->command, 'DB', $as->int($options['DB'], 2));
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
    public static function restore(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 4);
        \array_push($call->command, $as->key($arguments[0], 0), $as->int($arguments[1], 1), $as->string($arguments[2], 2));
        $options = $as->array($arguments[3] ?? [], 3);
        foreach (Words::of($options, ['REPLACE', 'ABSTTL'], ['IDLETIME', 'FREQ']) as $word => $value) {
            $call->command[] = $word;
            if ($value !== true) {
                $call->command[] = $as->int($value, 3);
            }
        }
    }

    /**
     * migrate($host, $port, $key or $keys, $database, $milliseconds, $copy, $replace, $credentials).
     *
     * @param array<mixed> $arguments
     */
    public static function migrate(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 5, 8);
        $keys = $arguments[2];
        if ($keys === []) {
            return $as->refuse('Keys array cannot be empty');
        }
        \array_push(
            $call->command,
            $as->string($arguments[0], 0),
            $as->int($arguments[1], 1),
            \is_array($keys) ? '' : $as->key($keys, 2),
            $as->int($arguments[3], 3),
            $as->int($arguments[4], 4),
        );
        if ($as->bool($arguments[5] ?? false, 5)) {
            $call->command[] = 'COPY';
        }
        if ($as->bool($arguments[6] ?? false, 6)) {
            $call->command[] = 'REPLACE';
        }
        $credentials = (array) ($arguments[7] ?? []);
        if ($credentials !== []) {
            \array_push($call->command, \count($credentials) > 1 ? 'AUTH2' : 'AUTH', \array_map(Request::text(...), $credentials));
        }
        if (\is_array($keys)) {
            \array_push($call->command, 'KEYS', $as->keys($keys));
        }
        return true;
    }
}
