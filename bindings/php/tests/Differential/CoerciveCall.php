<?php

// This file has no strict types on purpose: most users of phpredis call it without them. With strict types PHP converts no argument,
// so the conversions would not be compared.

namespace RedisCluster\Tests\Differential;

/** Calls a method by its name, with PHP's type conversions. */
final class CoerciveCall
{
    /** @param array<mixed> $arguments arguments by reference are changed in this array */
    public static function invoke(object $object, string $method, array &$arguments): mixed
    {
        return $object->$method(...$arguments);
    }
}
