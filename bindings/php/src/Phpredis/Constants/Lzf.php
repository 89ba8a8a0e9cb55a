<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Constants;

/** The constants that phpredis has if it was built with lzf. */
interface Lzf
{
    public const COMPRESSION_LZF = 1;
}
