<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Strings as Build;

/** @internal part of the table: see Methods */
final class Strings
{
    public const TABLE = [
        'append' => ['APPEND', 'kv', 'int'],
        'decr' => ['DECR', [Build::class, 'decrement'], 'int'],
        'decrby' => ['DECRBY', 'ki', 'int'],
        'delex' => ['DELEX', [Build::class, 'deleteIf'], 'int'],
        'delifeq' => ['DELIFEQ', 'kv', 'int'],
        'digest' => ['DIGEST', 'k', 'string'],
        'get' => ['GET', 'k', 'value'],
        'getdel' => ['GETDEL', 'k', 'value'],
        'getex' => ['GETEX', [Build::class, 'getAndExpire'], 'value'],
        'getmultiple' => ['MGET', 'K', 'values'],
        'getrange' => ['GETRANGE', 'kii', 'value'],
        'getset' => ['GETSET', 'kv', 'value'],
        'getwithmeta' => ['GET', 'k', [\RedisCluster\Phpredis\Replies\Meta::class, 'value']],
        'incr' => ['INCR', [Build::class, 'increment'], 'int'],
        'incrby' => ['INCRBY', 'ki', 'int'],
        'incrbyfloat' => ['INCRBYFLOAT', 'kf', 'float'],
        'lcs' => ['LCS', [Build::class, 'common'], 'any'],
        'mget' => ['MGET', 'K', 'values'],
        'mset' => ['MSET', 'M', 'status'],
        'msetex' => ['MSETEX', [Build::class, 'setManyAndExpire'], 'int'],
        'msetnx' => ['MSETNX', 'M', 'bool'],
        'psetex' => ['PSETEX', 'kiv', 'status'],
        'set' => ['SET', [Build::class, 'set'], 'status'],
        'setex' => ['SETEX', 'kiv', 'status'],
        'setnx' => ['SETNX', 'kv', 'bool'],
        'setrange' => ['SETRANGE', 'kis', 'int'],
        'strlen' => ['STRLEN', 'k', 'int'],
        'substr' => ['GETRANGE', 'kii', 'value'],
    ];
}
