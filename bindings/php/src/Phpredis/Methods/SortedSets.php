<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Lists as Pop;
use RedisCluster\Phpredis\Arguments\Sets;
use RedisCluster\Phpredis\Arguments\SortedSets as Build;
use RedisCluster\Phpredis\Arguments\SortedSetOperations;
use RedisCluster\Phpredis\Arguments\SortedSetRanges;
use RedisCluster\Phpredis\Replies\PoppedElements;

/** @internal rows of MethodTable */
final class SortedSets
{
    public const TABLE = [
        'bzmpop' => [
            'BZMPOP', [Pop::class, 'popManyBlocking'], [PoppedElements::class, 'scores'],
            'bzMPop(float $timeout, array $keys, string $from, int $count = 1): array|false|null',
        ],
        'bzpopmax' => [
            'BZPOPMAX', [Pop::class, 'popBlocking'], [PoppedElements::class, 'one'],
            'bzPopMax(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args): array|false|null',
        ],
        'bzpopmin' => [
            'BZPOPMIN', [Pop::class, 'popBlocking'], [PoppedElements::class, 'one'],
            'bzPopMin(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args): array|false|null',
        ],
        'zadd' => [
            'ZADD', [Build::class, 'add'], 'int',
            'zAdd(string $key, mixed $score_or_options, mixed ...$more_scores_and_mems): int|float|false',
        ],
        'zcard' => ['ZCARD', 'k', 'int', 'zCard(string $key): int|false'],
        'zcount' => ['ZCOUNT', 'kss', 'int', 'zCount(string $key, int|float|string $start, int|float|string $end): int|false'],
        'zdelete' => ['ZREM', 'kv+', 'int', 'zDelete(string $key, mixed $member, mixed ...$other_members): int|false'],
        'zdeleterangebyrank' => ['ZREMRANGEBYRANK', 'kii', 'int', 'zDeleteRangeByRank(string $key, int $start, int $end): int|false'],
        'zdeleterangebyscore' => [
            'ZREMRANGEBYSCORE', 'kss', 'int',
            'zDeleteRangeByScore(string $key, int|float|string $start, int|float|string $end): int|false',
        ],
        'zdiff' => ['ZDIFF', [SortedSetOperations::class, 'difference'], 'values', 'zDiff(array $keys, ?array $options = null): array|false'],
        'zdiffstore' => [
            'ZDIFFSTORE', [SortedSetOperations::class, 'storeDifference'], 'int',
            'zDiffStore(string $dst, array $keys): int|false',
        ],
        'zincrby' => ['ZINCRBY', 'kfv', 'float', 'zIncrBy(string $key, float $value, mixed $member): float|false'],
        'zinter' => [
            'ZINTER', [SortedSetOperations::class, 'combine'], 'values',
            'zInter(array|string $keys, ?array $weights = null, array|string|null $options = null, ?string $aggregate = null): array|int|false',
        ],
        'zintercard' => ['ZINTERCARD', [Sets::class, 'cardinality'], 'int', 'zInterCard(array $keys, int $limit = -1): int|false'],
        'zinterstore' => [
            'ZINTERSTORE', [SortedSetOperations::class, 'store'], 'int',
            'zInterStore(string $dst, array $keys, ?array $weights = null, ?string $aggregate = null): int|false',
        ],
        'zlexcount' => [
            'ZLEXCOUNT', [SortedSetRanges::class, 'byLexBounds'], 'int',
            'zLexCount(string $key, string $min, string $max): int|false',
        ],
        'zmpop' => [
            'ZMPOP', [Pop::class, 'popMany'], [PoppedElements::class, 'scores'],
            'zMPop(array $keys, string $from, int $count = 1): array|false|null',
        ],
        'zmscore' => ['ZMSCORE', 'kv+', 'floats', 'zMScore(string $key, mixed $member, mixed ...$other_members): array|false'],
        'zpopmax' => ['ZPOPMAX', 'k|i', 'scores', 'zPopMax(string $key, ?int $count = null): array|false'],
        'zpopmin' => ['ZPOPMIN', 'k|i', 'scores', 'zPopMin(string $key, ?int $count = null): array|false'],
        'zrandmember' => ['ZRANDMEMBER', [Build::class, 'random'], 'value', 'zRandMember(string $key, ?array $options = null): mixed'],
        'zrange' => [
            'ZRANGE', [SortedSetRanges::class, 'range'], 'values',
            'zRange(string $key, string|int $start, string|int $end, mixed $options = null): array|false',
        ],
        'zrangebylex' => [
            'ZRANGEBYLEX', [SortedSetRanges::class, 'byLex'], 'values',
            'zRangeByLex(mixed $key, mixed $min, mixed $max, mixed $offset = -1, mixed $count = -1): array|false',
        ],
        'zrangebyscore' => [
            'ZRANGEBYSCORE', [SortedSetRanges::class, 'byScore'], 'values',
            'zRangeByScore(string $key, int|float|string $start, int|float|string $end, array $options = []): array|false',
        ],
        'zrangestore' => [
            'ZRANGESTORE', [SortedSetRanges::class, 'store'], 'int',
            'zRangeStore(string $dstkey, string $srckey, string|int $start, string|int $end, mixed $options = null): int|false',
        ],
        'zrank' => ['ZRANK', 'kv', 'int', 'zRank(string $key, mixed $member): int|false'],
        'zrem' => ['ZREM', 'kv+', 'int', 'zRem(mixed $key, mixed $member, mixed ...$other_members): int|false'],
        'zremove' => ['ZREM', 'kv+', 'int', 'zRemove(string $key, mixed $member, mixed ...$other_members): int|false'],
        'zremoverangebyscore' => [
            'ZREMRANGEBYSCORE', 'kss', 'int',
            'zRemoveRangeByScore(string $key, int|float|string $start, int|float|string $end): int|false',
        ],
        'zremrangebylex' => [
            'ZREMRANGEBYLEX', [SortedSetRanges::class, 'byLexBounds'], 'int',
            'zRemRangeByLex(string $key, string $min, string $max): int|false',
        ],
        'zremrangebyrank' => ['ZREMRANGEBYRANK', 'kii', 'int', 'zRemRangeByRank(string $key, int $start, int $end): int|false'],
        'zremrangebyscore' => [
            'ZREMRANGEBYSCORE', 'kss', 'int',
            'zRemRangeByScore(string $key, int|float|string $start, int|float|string $end): int|false',
        ],
        'zreverserange' => [
            'ZREVRANGE', [SortedSetRanges::class, 'range'], 'values',
            'zReverseRange(string $key, string|int $start, string|int $end, mixed $scores = null): array|false',
        ],
        'zrevrange' => [
            'ZREVRANGE', [SortedSetRanges::class, 'range'], 'values',
            'zRevRange(string $key, string|int $start, string|int $end, mixed $scores = null): array|false',
        ],
        'zrevrangebylex' => [
            'ZREVRANGEBYLEX', [SortedSetRanges::class, 'byLex'], 'values',
            'zRevRangeByLex(mixed $key, mixed $max, mixed $min, mixed $offset = -1, mixed $count = -1): array|false',
        ],
        'zrevrangebyscore' => [
            'ZREVRANGEBYSCORE', [SortedSetRanges::class, 'byScore'], 'values',
            'zRevRangeByScore(string $key, string|int|float $max, string|int|float $min, mixed $options = []): array|false',
        ],
        'zrevrank' => ['ZREVRANK', 'kv', 'int', 'zRevRank(string $key, mixed $member): int|false'],
        'zscore' => ['ZSCORE', 'kv', 'float', 'zScore(string $key, mixed $member): float|false'],
        'zsize' => ['ZCARD', 'k', 'int', 'zSize(string $key): int|false'],
        'zunion' => [
            'ZUNION', [SortedSetOperations::class, 'combine'], 'values',
            'zUnion(array|string $keys, ?array $weights = null, array|string|null $options = null, ?string $aggregate = null): array|int|false',
        ],
        'zunionstore' => [
            'ZUNIONSTORE', [SortedSetOperations::class, 'store'], 'int',
            'zUnionStore(string $dst, array $keys, ?array $weights = null, ?string $aggregate = null): int|false',
        ],
    ];
}
