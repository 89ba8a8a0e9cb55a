<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Strings as Builders;

/** @internal part of the table: see Methods */
final class Strings
{
    public const TABLE = [
        'append' => ['APPEND', 'kv', 'int'],
        'decr' => ['DECR', [Builders::class, 'decrement'], 'int'],
        'decrby' => ['DECRBY', 'ki', 'int'],
        'get' => ['GET', 'k', 'value'],
        'getdel' => ['GETDEL', 'k', 'value'],
        'getmultiple' => ['MGET', 'K', 'values'],
        'getrange' => ['GETRANGE', 'kii', 'string'],
        'getset' => ['GETSET', 'kv', 'value'],
        'incr' => ['INCR', [Builders::class, 'increment'], 'int'],
        'incrby' => ['INCRBY', 'ki', 'int'],
        'incrbyfloat' => ['INCRBYFLOAT', 'kf', 'float'],
        'mget' => ['MGET', 'K', 'values'],
        'mset' => ['MSET', 'M', 'status'],
        'msetnx' => ['MSETNX', 'M', 'bool'],
        'psetex' => ['PSETEX', 'kiv', 'status'],
        'set' => ['SET', [Builders::class, 'set'], 'status'],
        'setex' => ['SETEX', 'kiv', 'status'],
        'setnx' => ['SETNX', 'kv', 'bool'],
        'setrange' => ['SETRANGE', 'kis', 'int'],
        'strlen' => ['STRLEN', 'k', 'int'],
        'substr' => ['GETRANGE', 'kii', 'string'],
    ];
}
