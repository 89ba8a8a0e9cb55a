<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * scan, hScan, sScan, zScan: their iterator is by reference.
 *
 * @internal of RedisCluster
 */
trait Scans
{
}
