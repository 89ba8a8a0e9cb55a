<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * subscribe, psubscribe, ssubscribe and their ends.
 *
 * @internal of RedisCluster
 */
trait Subscriptions
{
}
