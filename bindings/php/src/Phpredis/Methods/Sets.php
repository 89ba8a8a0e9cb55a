<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Sets as Build;

/** @internal part of the table: see Methods */
final class Sets
{
    public const TABLE = [
        'sadd' => ['SADD', 'kv+', 'int'],
        'saddarray' => ['SADD', 'kV', 'int'],
        'scard' => ['SCARD', 'k', 'int'],
        'scontains' => ['SISMEMBER', 'kv', 'bool'],
        'sdiff' => ['SDIFF', 'x+', 'values'],
        'sdiffstore' => ['SDIFFSTORE', 'x+', 'int'],
        'sgetmembers' => ['SMEMBERS', 'k', 'values'],
        'sinter' => ['SINTER', 'x+', 'values'],
        'sintercard' => ['SINTERCARD', [Build::class, 'limited'], 'int'],
        'sinterstore' => ['SINTERSTORE', 'x+', 'int'],
        'sismember' => ['SISMEMBER', 'kv', 'bool'],
        'smembers' => ['SMEMBERS', 'k', 'values'],
        'smismember' => ['SMISMEMBER', 'kv+', 'list'],
        'smove' => ['SMOVE', 'kkv', 'bool'],
        'spop' => ['SPOP', [Build::class, 'some'], 'value'],
        'srandmember' => ['SRANDMEMBER', [Build::class, 'some'], 'value'],
        'srem' => ['SREM', 'kv+', 'int'],
        'sremove' => ['SREM', 'kv+', 'int'],
        'ssize' => ['SCARD', 'k', 'int'],
        'sunion' => ['SUNION', 'x+', 'values'],
        'sunionstore' => ['SUNIONSTORE', 'x+', 'int'],
    ];
}
