<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * In which form a reply becomes a PHP value.
 *
 * @internal
 */
final class Form
{
    /** Nil is null, a status a string. */
    public const PLAIN = 0;
    /** Nil is false. */
    public const NIL_FALSE = 1;
    /** A status is true. */
    public const STATUS_TRUE = 2;
    /** An array becomes key => value, its elements being keys and values in turn. This is for the outermost array alone. */
    public const PAIRS = 4;

    public const PHPREDIS = self::NIL_FALSE | self::STATUS_TRUE;
}
