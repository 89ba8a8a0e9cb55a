<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Constants;

/** The constants that phpredis has if it was built with lz4. */
interface Lz4
{
    public const COMPRESSION_LZ4 = 3;
}
