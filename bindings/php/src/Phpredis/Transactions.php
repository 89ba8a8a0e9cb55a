<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * multi, pipeline, exec, discard, watch, unwatch.
 *
 * @internal of RedisCluster
 */
trait Transactions
{
}
