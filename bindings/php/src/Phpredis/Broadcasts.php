<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * What goes to every server: info, ping, config, flushAll, select … and keys, dbSize.
 *
 * @internal of RedisCluster
 */
trait Broadcasts
{
}
