<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Constants;

/** The constants that phpredis has if it was built with msgpack. */
interface Msgpack
{
    public const SERIALIZER_MSGPACK = 3;
}
