<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

use Psr\SimpleCache\CacheException as PsrCacheException;
use RedisCluster\Exception;

/**
 * A server or a connection failed: neither a miss nor a value could be told. It is the failure itself, with its message,
 * code, node and `executed`; getPrevious() has the class that it would have been outside a cache.
 */
final class CacheException extends Exception implements PsrCacheException
{
    /** @internal */
    public static function because(Exception $failure): self
    {
        return new self($failure->getMessage(), $failure->getCode(), $failure->node, $failure->executed, $failure);
    }
}
