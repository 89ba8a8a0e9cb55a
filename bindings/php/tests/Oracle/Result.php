<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** An argument that stands for what an earlier call of the scenario answered: ['restore', 'two', 0, new Result(3)]. */
final class Result
{
    /** @param int $call its place in the scenario, from 0 */
    public function __construct(public readonly int $call)
    {
    }
}
