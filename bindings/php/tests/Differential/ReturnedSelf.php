<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** Represents the called object as a return value: fluent methods return the object itself. */
final class ReturnedSelf
{
}
