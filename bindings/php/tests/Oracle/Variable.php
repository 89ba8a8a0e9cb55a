<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** An argument that stands for a variable of the scenario, which methods may change: ['hScan', 'key', new Variable('it')]. */
final class Variable
{
    public function __construct(public readonly string $name, public readonly mixed $first = null)
    {
    }
}
