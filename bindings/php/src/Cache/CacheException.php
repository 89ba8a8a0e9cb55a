<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

use Psr\SimpleCache\CacheException as PsrCacheException;
use RedisCluster\Exception;

/**
 * A server or a connection failed, so that it is unknown whether the key exists. It has the message, code, node and `executed`
 * of the original exception, which getPrevious() returns.
 */
final class CacheException extends Exception implements PsrCacheException
{
    /** @internal */
    public static function fromFailure(Exception $failure): self
    {
        return new self($failure->getMessage(), $failure->getCode(), $failure->node, $failure->executed, $failure);
    }
}
