<?php

// Without strict types, as most of phpredis' callers are: with them PHP converts nothing, and phpredis' own conversions were
// not compared.

namespace RedisCluster\Tests\Oracle;

/** Calls methods by name. */
final class Call
{
    /** @param array<mixed> $arguments what a method takes by reference is changed in here */
    public static function weakly(object $object, string $method, array &$arguments): mixed
    {
        return $object->$method(...$arguments);
    }
}
