<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Hashes as Build;
use RedisCluster\Phpredis\Replies\RequestedFields;

/** @internal rows of MethodTable */
final class Hashes
{
    public const TABLE = [
        'hdel' => ['HDEL', [Build::class, 'fields'], 'int', 'hDel(string $key, string $field, string ...$other_fields): int|false'],
        'hexists' => ['HEXISTS', 'ks', 'bool', 'hExists(string $key, string $field): bool'],
        'hexpire' => [
            'HEXPIRE', [Build::class, 'expire'], 'list',
            'hExpire(string $key, int $ttl, array $fields, ?string $mode = null): array|false',
        ],
        'hexpireat' => [
            'HEXPIREAT', [Build::class, 'expire'], 'list',
            'hExpireAt(string $key, int $time, array $fields, ?string $mode = null): array|false',
        ],
        'hexpiretime' => ['HEXPIRETIME', [Build::class, 'withFields'], 'list', 'hExpireTime(string $key, array $fields): array|false'],
        'hget' => ['HGET', 'ks', 'value', 'hGet(string $key, string $member): mixed'],
        'hgetall' => ['HGETALL', 'k', 'valueMap', 'hGetAll(string $key): array|false'],
        'hgetdel' => [
            'HGETDEL', [Build::class, 'getAndDelete'], [RequestedFields::class, 'values'],
            'hGetDel(string $key, array $fields): array|false',
        ],
        'hgetex' => [
            'HGETEX', [Build::class, 'getAndExpire'], [RequestedFields::class, 'values'],
            'hGetEx(string $key, array $fields, string|array|null $expiry = null): array|false',
        ],
        'hgetwithmeta' => [
            'HGET', 'ks', [\RedisCluster\Phpredis\Replies\ValueWithLength::class, 'value'],
            'hGetWithMeta(string $key, string $member): array',
        ],
        'hincrby' => ['HINCRBY', 'ksi', 'int', 'hIncrBy(string $key, string $field, int $value): int|false'],
        'hincrbyfloat' => ['HINCRBYFLOAT', 'ksf', 'float', 'hIncrByFloat(string $key, string $field, float $value): float|false'],
        'hkeys' => ['HKEYS', 'k', 'list', 'hKeys(string $key): array|false'],
        'hlen' => ['HLEN', 'k', 'int', 'hLen(string $key): int|false'],
        'hmget' => [
            'HMGET', [Build::class, 'getMany'], [RequestedFields::class, 'values'],
            'hMGet(string $key, array $fields): array|false',
        ],
        'hmset' => ['HMSET', 'kH', 'status', 'hMSet(string $key, array $fieldvals): bool'],
        'hpersist' => ['HPERSIST', [Build::class, 'withFields'], 'list', 'hPersist(string $key, array $fields): array|false'],
        'hpexpire' => [
            'HPEXPIRE', [Build::class, 'expire'], 'list',
            'hPExpire(string $key, int $ttl, array $fields, ?string $mode = null): array|false',
        ],
        'hpexpireat' => [
            'HPEXPIREAT', [Build::class, 'expire'], 'list',
            'hPExpireAt(string $key, int $mstime, array $fields, ?string $mode = null): array|false',
        ],
        'hpexpiretime' => ['HPEXPIRETIME', [Build::class, 'withFields'], 'list', 'hPExpireTime(string $key, array $fields): array|false'],
        'hpttl' => ['HPTTL', [Build::class, 'withFields'], 'list', 'hPTtl(string $key, array $fields): array|false'],
        'hrandfield' => [
            'HRANDFIELD', [Build::class, 'random'], 'string',
            'hRandField(string $key, ?array $options = null): array|string|false',
        ],
        'hset' => ['HSET', [Build::class, 'set'], 'int', 'hSet(string $key, mixed ...$fields_and_vals): int|false'],
        'hsetex' => [
            'HSETEX', [Build::class, 'setAndExpire'], 'int',
            'hSetEx(string $key, array $fields, ?array $expiry = null): int|false',
        ],
        'hsetnx' => ['HSETNX', 'ksv', 'bool', 'hSetNx(string $key, string $field, mixed $value): bool'],
        'hstrlen' => ['HSTRLEN', 'ks', 'int', 'hStrLen(string $key, string $field): int|false'],
        'httl' => ['HTTL', [Build::class, 'withFields'], 'list', 'hTtl(string $key, array $fields): array|false'],
        'hvals' => ['HVALS', 'k', 'values', 'hVals(string $key): array|false'],
    ];
}
