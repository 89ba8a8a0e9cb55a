<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Lists as Pop;
use RedisCluster\Phpredis\Arguments\Sets;
use RedisCluster\Phpredis\Arguments\SortedSets as Build;
use RedisCluster\Phpredis\Arguments\Combinations;
use RedisCluster\Phpredis\Arguments\Ranges;
use RedisCluster\Phpredis\Replies\Popped;

/** @internal part of the table: see Methods */
final class SortedSets
{
    public const TABLE = [
        'bzmpop' => ['BZMPOP', [Pop::class, 'popManyBlocking'], [Popped::class, 'scores']],
        'bzpopmax' => ['BZPOPMAX', [Pop::class, 'popBlocking'], [Popped::class, 'one']],
        'bzpopmin' => ['BZPOPMIN', [Pop::class, 'popBlocking'], [Popped::class, 'one']],
        'zadd' => ['ZADD', [Build::class, 'add'], 'int'],
        'zcard' => ['ZCARD', 'k', 'int'],
        'zcount' => ['ZCOUNT', 'kss', 'int'],
        'zdelete' => ['ZREM', 'kv+', 'int'],
        'zdeleterangebyrank' => ['ZREMRANGEBYRANK', 'kii', 'int'],
        'zdeleterangebyscore' => ['ZREMRANGEBYSCORE', 'kss', 'int'],
        'zdiff' => ['ZDIFF', [Combinations::class, 'difference'], 'values'],
        'zdiffstore' => ['ZDIFFSTORE', [Combinations::class, 'storeDifference'], 'int'],
        'zincrby' => ['ZINCRBY', 'kfv', 'float'],
        'zinter' => ['ZINTER', [Combinations::class, 'combine'], 'values'],
        'zintercard' => ['ZINTERCARD', [Sets::class, 'limited'], 'int'],
        'zinterstore' => ['ZINTERSTORE', [Combinations::class, 'store'], 'int'],
        'zlexcount' => ['ZLEXCOUNT', [Ranges::class, 'between'], 'int'],
        'zmpop' => ['ZMPOP', [Pop::class, 'popMany'], [Popped::class, 'scores']],
        'zmscore' => ['ZMSCORE', 'kv+', 'floats'],
        'zpopmax' => ['ZPOPMAX', 'k|i', 'scores'],
        'zpopmin' => ['ZPOPMIN', 'k|i', 'scores'],
        'zrandmember' => ['ZRANDMEMBER', [Build::class, 'random'], 'value'],
        'zrange' => ['ZRANGE', [Ranges::class, 'range'], 'values'],
        'zrangebylex' => ['ZRANGEBYLEX', [Ranges::class, 'byLex'], 'values'],
        'zrangebyscore' => ['ZRANGEBYSCORE', [Ranges::class, 'byScore'], 'values'],
        'zrangestore' => ['ZRANGESTORE', [Ranges::class, 'store'], 'int'],
        'zrank' => ['ZRANK', 'kv', 'int'],
        'zrem' => ['ZREM', 'kv+', 'int'],
        'zremove' => ['ZREM', 'kv+', 'int'],
        'zremoverangebyscore' => ['ZREMRANGEBYSCORE', 'kss', 'int'],
        'zremrangebylex' => ['ZREMRANGEBYLEX', [Ranges::class, 'between'], 'int'],
        'zremrangebyrank' => ['ZREMRANGEBYRANK', 'kii', 'int'],
        'zremrangebyscore' => ['ZREMRANGEBYSCORE', 'kss', 'int'],
        'zreverserange' => ['ZREVRANGE', [Ranges::class, 'range'], 'values'],
        'zrevrange' => ['ZREVRANGE', [Ranges::class, 'range'], 'values'],
        'zrevrangebylex' => ['ZREVRANGEBYLEX', [Ranges::class, 'byLex'], 'values'],
        'zrevrangebyscore' => ['ZREVRANGEBYSCORE', [Ranges::class, 'byScore'], 'values'],
        'zrevrank' => ['ZREVRANK', 'kv', 'int'],
        'zscore' => ['ZSCORE', 'kv', 'float'],
        'zsize' => ['ZCARD', 'k', 'int'],
        'zunion' => ['ZUNION', [Combinations::class, 'combine'], 'values'],
        'zunionstore' => ['ZUNIONSTORE', [Combinations::class, 'store'], 'int'],
    ];
}
