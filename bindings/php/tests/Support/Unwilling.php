<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** Fails while it is made a string. */
final class Unwilling implements \Stringable
{
    public function __toString(): string
    {
        throw new \ValueError('This object does not want to be a string');
    }
}
