<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** Stands for the object that was called, which a fluent method answers. */
final class Itself
{
}
