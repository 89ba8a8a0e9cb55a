<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The methods that speak of a connection, of which this class has none of its own.
 *
 * @internal of RedisCluster
 */
trait Connection
{
    public function getLastError(): ?string
    {
        return $this->replies->lastError;
    }

    public function clearLastError(): bool
    {
        $this->replies->lastError = null;
        return true;
    }
}
