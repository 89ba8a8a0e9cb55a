<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** Throws when it is converted to a string. */
final class ThrowingStringable implements \Stringable
{
    public function __toString(): string
    {
        throw new \ValueError('This object cannot be converted to a string');
    }
}
