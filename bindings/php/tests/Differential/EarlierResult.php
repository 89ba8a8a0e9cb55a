<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** An argument that is the result of an earlier call of the scenario: ['restore', 'two', 0, new EarlierResult(3)]. */
final class EarlierResult
{
    /** @param int $call index of the call in the scenario, from 0 */
    public function __construct(public readonly int $call)
    {
    }
}
