<?php

declare(strict_types=1);

// Opt-in: where ext-redis is not loaded, code that says Redis::MULTI or Redis::OPT_PREFIX finds a class Redis with its
// constants, and nothing else. Without this file the class is never defined: its absence tells other libraries what to use.

require_once __DIR__ . '/src/Phpredis/Constants.php';

if (!class_exists('Redis', false)) {
    abstract class Redis implements RedisCluster\Phpredis\Constants
    {
    }
}
