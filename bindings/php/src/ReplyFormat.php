<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * How a reply becomes a PHP value: a bit mask that the library reads.
 *
 * @internal
 */
final class ReplyFormat
{
    /** Nil is null, a status is a string. */
    public const PLAIN = 0;
    /** Nil is false. */
    public const NIL_FALSE = 1;
    /** A status is true. */
    public const STATUS_TRUE = 2;
    /** An array of alternating keys and values becomes key => value. This applies to the outermost array only. */
    public const PAIRS = 4;

    public const PHPREDIS = self::NIL_FALSE | self::STATUS_TRUE;
}
