<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Lists as Build;
use RedisCluster\Phpredis\Replies\PoppedElements;

/** @internal rows of MethodTable */
final class Lists
{
    public const TABLE = [
        'blmove' => [
            'BLMOVE', [Build::class, 'moveBlocking'], 'value',
            'blMove(string $src, string $dst, string $wherefrom, string $whereto, float $timeout): mixed',
        ],
        'blmpop' => [
            'BLMPOP', [Build::class, 'popManyBlocking'], [PoppedElements::class, 'values'],
            'blMPop(float $timeout, array $keys, string $from, int $count = 1): array|false|null',
        ],
        'blpop' => [
            'BLPOP', [Build::class, 'popBlocking'], [PoppedElements::class, 'one'],
            'blPop(array|string $key_or_keys, string|int|float $timeout_or_key, mixed ...$extra_args): array|false|null',
        ],
        'brpop' => [
            'BRPOP', [Build::class, 'popBlocking'], [PoppedElements::class, 'one'],
            'brPop(array|string $key_or_keys, string|int|float $timeout_or_key, mixed ...$extra_args): array|false|null',
        ],
        'brpoplpush' => [
            'BRPOPLPUSH', [Build::class, 'popPushBlocking'], 'value',
            'brPopLPush(string $src, string $dst, int|float $timeout): mixed',
        ],
        'lget' => ['LINDEX', 'ki', 'value', 'lGet(string $key, int $index): mixed'],
        'lgetrange' => ['LRANGE', 'kii', 'values', 'lGetRange(string $key, int $start, int $end): array|false'],
        'lindex' => ['LINDEX', 'ki', 'value', 'lIndex(string $key, int $index): mixed'],
        'linsert' => [
            'LINSERT', [Build::class, 'insert'], 'int',
            'lInsert(string $key, string $pos, mixed $pivot, mixed $value): int|false',
        ],
        'listtrim' => ['LTRIM', 'kii', 'status', 'listTrim(string $key, int $start, int $end): bool'],
        'llen' => ['LLEN', 'k', 'int', 'lLen(string $key): int|false'],
        'lmove' => ['LMOVE', [Build::class, 'move'], 'value', 'lMove(string $src, string $dst, string $wherefrom, string $whereto): mixed'],
        'lmpop' => [
            'LMPOP', [Build::class, 'popMany'], [PoppedElements::class, 'values'],
            'lMPop(array $keys, string $from, int $count = 1): array|false|null',
        ],
        'lpop' => ['LPOP', [Build::class, 'pop'], 'value', 'lPop(string $key, int $count = 0): mixed'],
        'lpos' => ['LPOS', [Build::class, 'position'], 'intOrNil', 'lPos(string $key, mixed $value, ?array $options = null): int|array|false|null'],
        'lpush' => ['LPUSH', [Build::class, 'push'], 'int', 'lPush(string $key, mixed ...$elements): int|false'],
        'lpushx' => ['LPUSHX', 'kv', 'int', 'lPushX(string $key, mixed $value): int|false'],
        'lrange' => ['LRANGE', 'kii', 'values', 'lRange(string $key, int $start, int $end): array|false'],
        'lrem' => ['LREM', [Build::class, 'remove'], 'int', 'lRem(string $key, mixed $value, int $count = 0): int|false'],
        'lremove' => ['LREM', [Build::class, 'remove'], 'int', 'lRemove(string $key, mixed $value, int $count = 0): int|false'],
        'lset' => ['LSET', 'kiv', 'status', 'lSet(string $key, int $index, mixed $value): bool'],
        'lsize' => ['LLEN', 'k', 'int', 'lSize(string $key): int|false'],
        'ltrim' => ['LTRIM', 'kii', 'status', 'lTrim(string $key, int $start, int $end): bool'],
        'rpop' => ['RPOP', [Build::class, 'pop'], 'value', 'rPop(string $key, int $count = 0): mixed'],
        'rpoplpush' => ['RPOPLPUSH', 'kk', 'value', 'rPopLPush(string $srckey, string $dstkey): mixed'],
        'rpush' => ['RPUSH', [Build::class, 'push'], 'int', 'rPush(string $key, mixed ...$elements): int|false'],
        'rpushx' => ['RPUSHX', 'kv', 'int', 'rPushX(string $key, mixed $value): int|false'],
    ];
}
