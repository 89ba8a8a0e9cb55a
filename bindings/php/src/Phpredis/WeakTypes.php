<?php

// Without strict_types, on purpose: PHP converts the returned values to the declared types by its own rules, with its deprecations and
// errors, as it converts arguments for an extension.

namespace RedisCluster\Phpredis;

/**
 * PHP's weak typing, for arguments whose types the methods do not declare.
 *
 * @internal
 */
final class WeakTypes
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
