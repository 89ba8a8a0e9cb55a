<?php

declare(strict_types=1);

// phpredis 6 declares return types without Redis for some methods that return the object between multi() and exec(). A subclass must
// declare them too. Without phpredis 6 the methods return the object.

namespace RedisCluster\Compat;

\class_alias(
    \version_compare((string) \phpversion('redis'), '6', '>=') ? Methods\WithReturnTypes::class : Methods\WithoutReturnTypes::class,
    WithoutSelf::class,
);
