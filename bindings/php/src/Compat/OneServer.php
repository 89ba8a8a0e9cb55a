<?php

declare(strict_types=1);

namespace RedisCluster\Compat;

use RedisCluster\RedisCluster;

/**
 * RedisCluster whose methods about servers (info(), ping(), flushDB() …) return one reply, as of one server.
 *
 * @internal
 */
final class OneServer extends RedisCluster
{
    protected const IS_ONE_SERVER = true;
}
