<?php

// Without strict_types, on purpose: PHP itself makes the types of a call here, with its own rules, deprecations and errors,
// as it does for the callers of an extension.

namespace RedisCluster\Phpredis;

/**
 * PHP's weak typing, for arguments that came through __call().
 *
 * @internal
 */
final class Coercion
{
    public static function string(mixed $value): string
    {
        return $value;
    }

    public static function int(mixed $value): int
    {
        return $value;
    }

    public static function float(mixed $value): float
    {
        return $value;
    }

    public static function bool(mixed $value): bool
    {
        return $value;
    }
}
