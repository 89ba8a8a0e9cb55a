<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Constants;

/** The constants that phpredis has if it was built with igbinary. */
interface Igbinary
{
    public const SERIALIZER_IGBINARY = 2;
}
