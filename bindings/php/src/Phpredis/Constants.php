<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/** The constants of phpredis' class Redis, and one of RedisCluster. */
interface Constants extends
    Constants\Always,
    Constants\Igbinary,
    Constants\Lz4,
    Constants\Lzf,
    Constants\Msgpack,
    Constants\Zstd
{
    /** Not in phpredis: connection failures are logged and the method returns null, as in rediscluster-php. */
    public const OPT_FAILURE_AS_NULL = 1001;
}
