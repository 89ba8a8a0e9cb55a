<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
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
    public static function fields(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1);
        $call->command[] = $convert->key(\array_shift($arguments), 0);
        $call->command[] = Request::toStrings($arguments);
        return $arguments !== [];
    }

    /**
     * hSet($key, $field, $value, …) or hSet($key, [$field => $value, …]).
     *
     * @param array<mixed> $arguments
     */
    public static function set(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $count = \count($arguments);
        $pairs = $count === 2 && \is_array($arguments[1] ?? null);
        if (!$pairs) {
            $convert->requireCount($arguments, 3);
            if ($count % 2 === 0) {
                return false;
            }
        }
        $call->command[] = $convert->key($arguments[0], 0);
        if ($pairs) {
            $call->command['pairs'] = $convert->values($arguments[1]);
            return $arguments[1] !== [];
        }
        for ($place = 1; $place < $count; $place += 2) {
            \array_push($call->command, $convert->string($arguments[$place], $place), $convert->value($arguments[$place + 1]));
        }
        return true;
    }

    /**
     * hMGet($key, $fields). Elements that cannot be a field are skipped, as in phpredis.
     *
     * @param array<mixed> $arguments
     */
    public static function getMany(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 2);
        $call->replyContext = [];
        foreach ($convert->array($arguments[1], 1) as $field) {
            if (\is_int($field) || \is_string($field) && $field !== '') {
                $call->replyContext[] = $field;
            }
        }
        \array_push($call->command, $convert->key($arguments[0], 0), $call->replyContext);
        return $call->replyContext !== [];
    }

    /**
     * hRandField($key, ['count' => 2, 'withvalues' => true]).
     *
     * @param array<mixed> $arguments
     */
    public static function random(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        $options = OptionParser::parse($convert->array($arguments[1] ?? [], 1), ['WITHVALUES'], ['COUNT']);
        $count = $convert->int($options['COUNT'] ?? 0, 1);
        if ($count === 0 && !isset($options['WITHVALUES'])) {
            return;
        }
        // As in phpredis, 0 means no count; without one, the server rejects WITHVALUES.
        $call->command[] = $count === 0 ? 1 : $count;
        $call->replyType = 'list';
        if (isset($options['WITHVALUES'])) {
            $call->command[] = 'WITHVALUES';
            $call->replyType = 'map'; // not unserialized, as in phpredis
        }
    }

    /**
     * hExpire($key, $time, $fields, $mode).
     *
     * @param array<mixed> $arguments
     */
    public static function expire(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 3, 4);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->int($arguments[1], 1));
        if (isset($arguments[3])) {
            $call->command[] = $convert->string($arguments[3], 3);
        }
        return self::addFields($call, $convert->array($arguments[2], 2), $convert);
    }

    /**
     * hTtl($key, $fields), and others with the same parameters.
     *
     * @param array<mixed> $arguments
     */
    public static function withFields(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        return self::addFields($call, $convert->array($arguments[1], 1), $convert);
    }

    /**
     * hGetDel($key, $fields).
     *
     * @param array<mixed> $arguments
     */
    public static function getAndDelete(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $sends = self::withFields($call, $arguments, $convert);
        $call->replyContext = \end($call->command);
        return $sends;
    }

    /**
     * hGetEx($key, $fields, 'PERSIST' or ['EX' => 10]).
     *
     * @param array<mixed> $arguments
     */
    public static function getAndExpire(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        $call->command[] = $convert->key($arguments[0], 0);
        self::addExpiry($call, $arguments[2] ?? [], $convert);
        $sends = self::addFields($call, $convert->array($arguments[1], 1), $convert);
        $call->replyContext = \end($call->command);
        return $sends;
    }

    /**
     * hSetEx($key, [$field => $value], ['EX' => 10, 'FNX']).
     *
     * @param array<mixed> $arguments
     */
    public static function setAndExpire(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 2, 3);
        $pairs = $convert->array($arguments[1], 1);
        $call->command[] = $convert->key($arguments[0], 0);
        self::addExpiry($call, $arguments[2] ?? [], $convert);
        \array_push($call->command, 'FIELDS', \count($pairs));
        $call->command['pairs'] = $convert->values($pairs);
        return $pairs !== [];
    }

    private static function addExpiry(Call $call, mixed $options, ArgumentConverter $convert): void
    {
        $words = OptionParser::parse((array) $options, ['PERSIST', 'KEEPTTL', 'FNX', 'FXX'], ['EX', 'PX', 'EXAT', 'PXAT']);
        foreach ($words as $word => $value) {
            $call->command[] = $word;
            if ($value !== true) {
                $call->command[] = $convert->int($value, 2);
            }
        }
    }

    /** @param array<mixed> $fields */
    private static function addFields(Call $call, array $fields, ArgumentConverter $convert): bool
    {
        \array_push($call->command, 'FIELDS', \count($fields), Request::toStrings($fields));
        return $fields !== [];
    }
}
