<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Lists as Build;
use RedisCluster\Phpredis\Replies\Popped;

/** @internal part of the table: see Methods */
final class Lists
{
    public const TABLE = [
        'blmove' => ['BLMOVE', [Build::class, 'moveBlocking'], 'value'],
        'blmpop' => ['BLMPOP', [Build::class, 'popManyBlocking'], [Popped::class, 'values']],
        'blpop' => ['BLPOP', [Build::class, 'popBlocking'], [Popped::class, 'one']],
        'brpop' => ['BRPOP', [Build::class, 'popBlocking'], [Popped::class, 'one']],
        'brpoplpush' => ['BRPOPLPUSH', [Build::class, 'popPushBlocking'], 'value'],
        'lget' => ['LINDEX', 'ki', 'value'],
        'lgetrange' => ['LRANGE', 'kii', 'values'],
        'lindex' => ['LINDEX', 'ki', 'value'],
        'linsert' => ['LINSERT', [Build::class, 'insert'], 'int'],
        'listtrim' => ['LTRIM', 'kii', 'status'],
        'llen' => ['LLEN', 'k', 'int'],
        'lmove' => ['LMOVE', [Build::class, 'move'], 'value'],
        'lmpop' => ['LMPOP', [Build::class, 'popMany'], [Popped::class, 'values']],
        'lpop' => ['LPOP', [Build::class, 'pop'], 'value'],
        'lpos' => ['LPOS', [Build::class, 'position'], 'int'],
        'lpush' => ['LPUSH', 'kv+', 'int'],
        'lpushx' => ['LPUSHX', 'kv', 'int'],
        'lrange' => ['LRANGE', 'kii', 'values'],
        'lrem' => ['LREM', [Build::class, 'remove'], 'int'],
        'lremove' => ['LREM', [Build::class, 'remove'], 'int'],
        'lset' => ['LSET', 'kiv', 'status'],
        'lsize' => ['LLEN', 'k', 'int'],
        'ltrim' => ['LTRIM', 'kii', 'status'],
        'rpop' => ['RPOP', [Build::class, 'pop'], 'value'],
        'rpoplpush' => ['RPOPLPUSH', 'kk', 'value'],
        'rpush' => ['RPUSH', 'kv+', 'int'],
        'rpushx' => ['RPUSHX', 'kv', 'int'],
    ];
}
