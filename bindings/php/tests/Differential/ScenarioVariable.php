<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** An argument that is a variable of the scenario and is passed by reference: ['hScan', 'key', new ScenarioVariable('it')]. */
final class ScenarioVariable
{
    public function __construct(public readonly string $name, public readonly mixed $initialValue = null)
    {
    }
}
