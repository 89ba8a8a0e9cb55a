<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal */
final class Hashes
{
    /**
     * hDel($key, $field, …).
     *
     * @param array<mixed> $arguments
     */
    public static function fields(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1);
        $call->command[] = $as->key(\array_shift($arguments), 0);
        $call->command[] = Request::strings($arguments);
        return $arguments !== [];
    }

    /**
     * hSet($key, $field, $value, …) or hSet($key, [$field => $value, …]).
     *
     * @param array<mixed> $arguments
     */
    public static function set(Call $call, array $arguments, Arguments $as): bool
    {
        $count = \count($arguments);
        $pairs = $count === 2 && \is_array($arguments[1] ?? null);
        if (!$pairs) {
            $as->counted($arguments, \max(3, $count % 2 === 1 ? $count : $count + 1));
        }
        $call->command[] = $as->key($arguments[0], 0);
        if ($pairs) {
            $call->command['pairs'] = $as->values($arguments[1]);
            return $arguments[1] !== [];
        }
        for ($place = 1; $place < $count; $place += 2) {
            \array_push($call->command, $as->string($arguments[$place], $place), $as->value($arguments[$place + 1]));
        }
        return true;
    }

    /**
     * hMGet($key, $fields). phpredis leaves out what cannot be a field.
     *
     * @param array<mixed> $arguments
     */
    public static function getMany(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 2);
        $call->context = [];
        foreach ($as->array($arguments[1], 1) as $field) {
            if (\is_int($field) || \is_string($field) && $field !== '') {
                $call->context[] = $field;
            }
        }
        \array_push($call->command, $as->key($arguments[0], 0), $call->context);
        return $call->context !== [];
    }

    /**
     * hRandField($key, ['count' => 2, 'withvalues' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function random(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 2);
        $call->command[] = $as->key($arguments[0], 0);
        $options = Words::of($as->array($arguments[1] ?? [], 1), ['WITHVALUES'], ['COUNT']);
        if ($options === []) {
            return;
        }
        \array_push($call->command, $as->int($options['COUNT'] ?? 1, 1));
        $call->reply = 'list';
        if (isset($options['WITHVALUES'])) {
            $call->command[] = 'WITHVALUES';
            $call->reply = 'valueMap';
        }
    }

    /**
     * hExpire($key, $time, $fields, $mode).
     *
     * @param array<mixed> $arguments
     */
    public static function expire(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 3, 4);
        \array_push($call->command, $as->key($arguments[0], 0), $as->int($arguments[1], 1));
        if (isset($arguments[3])) {
            $call->command[] = $as->string($arguments[3], 3);
        }
        return self::list($call, $as->array($arguments[2], 2), $as);
    }

    /**
     * hTtl($key, $fields), and the like.
     *
     * @param array<mixed> $arguments
     */
    public static function counted(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 2);
        $call->command[] = $as->key($arguments[0], 0);
        return self::list($call, $as->array($arguments[1], 1), $as);
    }

    /**
     * hGetDel($key, $fields).
     *
     * @param array<mixed> $arguments
     */
    public static function getAndDelete(Call $call, array $arguments, Arguments $as): bool
    {
        $sends = self::counted($call, $arguments, $as);
        $call->context = \end($call->command);
        return $sends;
    }

    /**
     * hGetEx($key, $fields, 'PERSIST' or ['EX' => 10]).
     *
     * @param array<mixed> $arguments
     */
    public static function getAndExpire(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 3);
        $call->command[] = $as->key($arguments[0], 0);
        self::expiry($call, $arguments[2] ?? [], $as);
        $sends = self::list($call, $as->array($arguments[1], 1), $as);
        $call->context = \end($call->command);
        return $sends;
    }

    /**
     * hSetEx($key, [$field => $value], ['EX' => 10, 'FNX']).
     *
     * @param array<mixed> $arguments
     */
    public static function setAndExpire(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 2, 3);
        $pairs = $as->array($arguments[1], 1);
        $call->command[] = $as->key($arguments[0], 0);
        self::expiry($call, $arguments[2] ?? [], $as);
        \array_push($call->command, 'FIELDS', \count($pairs));
        $call->command['pairs'] = $as->values($pairs);
        return $pairs !== [];
    }

    private static function expiry(Call $call, mixed $options, Arguments $as): void
    {
        $words = Words::of((array) $options, ['PERSIST', 'KEEPTTL', 'FNX', 'FXX'], ['EX', 'PX', 'EXAT', 'PXAT']);
        foreach ($words as $word => $value) {
            $call->command[] = $word;
            if ($value !== true) {
                $call->command[] = $as->int($value, 2);
            }
        }
    }

    /** @param array<mixed> $fields */
    private static function list(Call $call, array $fields, Arguments $as): bool
    {
        \array_push($call->command, 'FIELDS', \count($fields), Request::strings($fields));
        return $fields !== [];
    }
}
