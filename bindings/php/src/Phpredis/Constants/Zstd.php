<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Constants;

/** The constants that phpredis has if it was built with zstd. */
interface Zstd
{
    public const COMPRESSION_ZSTD = 2;
    public const COMPRESSION_ZSTD_MIN = 1;
    public const COMPRESSION_ZSTD_DEFAULT = 3;
    public const COMPRESSION_ZSTD_MAX = 22;
}
