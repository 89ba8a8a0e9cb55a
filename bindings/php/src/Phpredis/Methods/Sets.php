<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Sets as Build;

/** @internal rows of MethodTable */
final class Sets
{
    public const TABLE = [
        'sadd' => ['SADD', 'kv+', 'int', 'sAdd(string $key, mixed $value, mixed ...$other_values): int|false'],
        'saddarray' => ['SADD', 'kV', 'int', 'sAddArray(string $key, array $values): int|false'],
        'scard' => ['SCARD', 'k', 'int', 'sCard(string $key): int|false'],
        'scontains' => ['SISMEMBER', 'kv', 'bool', 'sContains(string $key, mixed $value): bool'],
        'sdiff' => ['SDIFF', 'x+', 'values', 'sDiff(array|string $key, string ...$other_keys): array|false'],
        'sdiffstore' => ['SDIFFSTORE', 'x+', 'int', 'sDiffStore(array|string $dst, ?string $key = null, string ...$other_keys): int|false'],
        'sgetmembers' => ['SMEMBERS', 'k', 'values', 'sGetMembers(string $key): array|false'],
        'sinter' => ['SINTER', 'x+', 'values', 'sInter(array|string $key, string ...$other_keys): array|false'],
        'sintercard' => ['SINTERCARD', [Build::class, 'cardinality'], 'int', 'sInterCard(array $keys, int $limit = -1): int|false'],
        'sinterstore' => ['SINTERSTORE', 'x+', 'int', 'sInterStore(array|string $key, string ...$other_keys): int|false'],
        'sismember' => ['SISMEMBER', 'kv', 'bool', 'sIsMember(string $key, mixed $value): bool'],
        'smembers' => ['SMEMBERS', 'k', 'values', 'sMembers(string $key): array|false'],
        'smismember' => ['SMISMEMBER', 'kv+', 'any', 'sMisMember(string $key, mixed $member, mixed ...$other_members): array|false'],
        'smove' => ['SMOVE', 'kkv', 'bool', 'sMove(string $src, string $dst, mixed $value): bool'],
        'spop' => ['SPOP', [Build::class, 'popOrSample'], 'value', 'sPop(string $key, int $count = 0): mixed'],
        'srandmember' => ['SRANDMEMBER', [Build::class, 'popOrSample'], 'value', 'sRandMember(string $key, int $count = 0): mixed'],
        'srem' => ['SREM', 'kv+', 'int', 'sRem(string $key, mixed $value, mixed ...$other_values): int|false'],
        'sremove' => ['SREM', 'kv+', 'int', 'sRemove(string $key, mixed $value, mixed ...$other_values): int|false'],
        'ssize' => ['SCARD', 'k', 'int', 'sSize(string $key): int|false'],
        'sunion' => ['SUNION', 'x+', 'values', 'sUnion(array|string $key, string ...$other_keys): array|false'],
        'sunionstore' => ['SUNIONSTORE', 'x+', 'int', 'sUnionStore(array|string $dst, ?string $key = null, string ...$other_keys): int|false'],
    ];
}
