<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

use Psr\SimpleCache\InvalidArgumentException as PsrInvalidArgumentException;

/** A key, a time to live, a value or a setting that the cache does not accept. Nothing was sent. */
final class InvalidArgumentException extends \InvalidArgumentException implements PsrInvalidArgumentException
{
}
