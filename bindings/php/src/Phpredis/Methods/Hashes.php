<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Hashes as Build;
use RedisCluster\Phpredis\Replies\Combined;

/** @internal part of the table: see Methods */
final class Hashes
{
    public const TABLE = [
        'hdel' => ['HDEL', [Build::class, 'fields'], 'int'],
        'hexists' => ['HEXISTS', 'ks', 'bool'],
        'hexpire' => ['HEXPIRE', [Build::class, 'expire'], 'list'],
        'hexpireat' => ['HEXPIREAT', [Build::class, 'expire'], 'list'],
        'hexpiretime' => ['HEXPIRETIME', [Build::class, 'counted'], 'list'],
        'hget' => ['HGET', 'ks', 'value'],
        'hgetall' => ['HGETALL', 'k', 'valueMap'],
        'hgetdel' => ['HGETDEL', [Build::class, 'getAndDelete'], [Combined::class, 'values']],
        'hgetex' => ['HGETEX', [Build::class, 'getAndExpire'], [Combined::class, 'values']],
        'hgetwithmeta' => ['HGET', 'ks', [\RedisCluster\Phpredis\Replies\Meta::class, 'value']],
        'hincrby' => ['HINCRBY', 'ksi', 'int'],
        'hincrbyfloat' => ['HINCRBYFLOAT', 'ksf', 'float'],
        'hkeys' => ['HKEYS', 'k', 'list'],
        'hlen' => ['HLEN', 'k', 'int'],
        'hmget' => ['HMGET', [Build::class, 'getMany'], [Combined::class, 'values']],
        'hmset' => ['HMSET', 'kH', 'status'],
        'hpersist' => ['HPERSIST', [Build::class, 'counted'], 'list'],
        'hpexpire' => ['HPEXPIRE', [Build::class, 'expire'], 'list'],
        'hpexpireat' => ['HPEXPIREAT', [Build::class, 'expire'], 'list'],
        'hpexpiretime' => ['HPEXPIRETIME', [Build::class, 'counted'], 'list'],
        'hpttl' => ['HPTTL', [Build::class, 'counted'], 'list'],
        'hrandfield' => ['HRANDFIELD', [Build::class, 'random'], 'string'],
        'hset' => ['HSET', [Build::class, 'set'], 'int'],
        'hsetex' => ['HSETEX', [Build::class, 'setAndExpire'], 'int'],
        'hsetnx' => ['HSETNX', 'ksv', 'bool'],
        'hstrlen' => ['HSTRLEN', 'ks', 'int'],
        'httl' => ['HTTL', [Build::class, 'counted'], 'list'],
        'hvals' => ['HVALS', 'k', 'values'],
    ];
}
