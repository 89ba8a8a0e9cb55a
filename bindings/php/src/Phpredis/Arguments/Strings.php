<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Strings
{
    /**
     * set($key, $value, $options): options are seconds, or a list of NX, XX, KEEPTTL, GET with EX, PX … => number.
     *
     * @param list<mixed> $arguments
     */
    public static function set(Call $call, array $arguments, Arguments $as): void
    {
        if (!isset($arguments[1]) || isset($arguments[2])) {
            $as->counted($arguments, 2, 3);
        }
        $call->command[] = $as->key($arguments[0], 0);
        $call->command[] = $as->value($arguments[1]);
        $options = $arguments[2] ?? null;
        if (\is_array($options)) {
            self::options($call, $options, $as);
        } elseif ($options !== null) {
            self::seconds($call, $options, $as);
        }
    }

    /** @param array<mixed> $options */
    private static function options(Call $call, array $options, Arguments $as): void
    {
        foreach ($options as $name => $value) {
            if (\is_string($name)) {
                $call->command[] = $name;
                $call->command[] = $as->int($value, 2);
            } else {
                $call->command[] = $as->string($value, 2);
                if (\strtoupper((string) $value) === 'GET') {
                    $call->reply = 'value';
                }
            }
        }
    }

    private static function seconds(Call $call, mixed $seconds, Arguments $as): void
    {
        $seconds = $as->int($seconds, 2);
        if ($seconds > 0) {
            $call->command[] = 'EX';
            $call->command[] = $seconds;
        }
    }

    /** @param list<mixed> $arguments */
    public static function increment(Call $call, array $arguments, Arguments $as): void
    {
        self::step($call, 'INCRBY', $arguments, $as);
    }

    /** @param list<mixed> $arguments */
    public static function decrement(Call $call, array $arguments, Arguments $as): void
    {
        self::step($call, 'DECRBY', $arguments, $as);
    }

    /** @param list<mixed> $arguments */
    private static function step(Call $call, string $word, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 2);
        $call->command[] = $as->key($arguments[0], 0);
        if (isset($arguments[1])) {
            $call->command[0] = $word;
            $call->command[] = $as->int($arguments[1], 1);
        }
    }
}
