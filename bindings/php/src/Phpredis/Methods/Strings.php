<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Strings as Build;

/** @internal rows of MethodTable */
final class Strings
{
    public const TABLE = [
        'append' => ['APPEND', 'kv', 'int', 'append(string $key, mixed $value): int|false'],
        'decr' => ['DECR', [Build::class, 'decrement'], 'int', 'decr(string $key, int $by = 1): int|false'],
        'decrby' => ['DECRBY', 'ki', 'int', 'decrBy(string $key, int $value): int|false'],
        'delex' => ['DELEX', [Build::class, 'deleteIf'], 'int', 'delex(string $key, array $options = []): int|false'],
        'delifeq' => ['DELIFEQ', 'kv', 'int', 'delifeq(string $key, mixed $value): int|false'],
        'digest' => ['DIGEST', 'k', 'string', 'digest(string $key): string|false'],
        'get' => ['GET', 'k', 'value'],
        'getdel' => ['GETDEL', 'k', 'value', 'getDel(string $key): mixed'],
        'getex' => ['GETEX', [Build::class, 'getAndExpire'], 'value', 'getEx(string $key, array $options = []): mixed'],
        'getmultiple' => ['MGET', 'K', 'values', 'getMultiple(array $keys): array|false'],
        'getrange' => ['GETRANGE', 'kii', 'value', 'getRange(string $key, int $start, int $end): string|false'],
        'getset' => ['GETSET', 'kv', 'value', 'getSet(string $key, mixed $value): mixed'],
        'getwithmeta' => ['GET', 'k', [\RedisCluster\Phpredis\Replies\ValueWithLength::class, 'value'], 'getWithMeta(string $key): array|false'],
        'incr' => ['INCR', [Build::class, 'increment'], 'int', 'incr(string $key, int $by = 1): int|false'],
        'incrby' => ['INCRBY', 'ki', 'int', 'incrBy(string $key, int $value): int|false'],
        'incrbyfloat' => ['INCRBYFLOAT', 'kf', 'float', 'incrByFloat(string $key, float $value): float|false'],
        'lcs' => ['LCS', [Build::class, 'lcs'], 'any', 'lcs(string $key1, string $key2, ?array $options = null): array|string|int|false'],
        'mget' => ['MGET', 'K', 'values', 'mGet(array $keys): array|false'],
        'mset' => ['MSET', 'M', 'status', 'mSet(array $key_values): bool'],
        'msetex' => [
            'MSETEX', [Build::class, 'setManyAndExpire'], 'int',
            'mSetEx(array $key_vals, int|float|array|null $expiry = null): int|false',
        ],
        'msetnx' => ['MSETNX', 'M', 'bool', 'mSetNx(array $key_values): bool'],
        'psetex' => ['PSETEX', 'kiv', 'status', 'pSetEx(string $key, int $expire, mixed $value): bool'],
        'set' => ['SET', [Build::class, 'set'], 'status'],
        'setex' => ['SETEX', 'kiv', 'status', 'setEx(string $key, int $expire, mixed $value): bool'],
        'setnx' => ['SETNX', 'kv', 'bool', 'setNx(string $key, mixed $value): bool'],
        'setrange' => ['SETRANGE', 'kis', 'int', 'setRange(string $key, int $index, string $value): int|false'],
        'strlen' => ['STRLEN', 'k', 'int', 'strLen(string $key): int|false'],
        'substr' => ['GETRANGE', 'kii', 'value', 'substr(string $key, int $start, int $end): string|false'],
    ];
}
