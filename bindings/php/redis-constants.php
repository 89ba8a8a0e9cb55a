<?php

declare(strict_types=1);

// Opt-in: if ext-redis is not loaded, defines a class Redis that has only its constants, for code that uses Redis::MULTI and the
// like. It is not defined by default, because other libraries check whether the class exists.

array_map(static fn (string $file): mixed => require_once $file, glob(__DIR__ . '/src/Phpredis/Constants/*.php'));
require_once __DIR__ . '/src/Phpredis/Constants.php';

if (!class_exists('Redis', false)) {
    abstract class Redis implements RedisCluster\Phpredis\Constants
    {
    }
}
