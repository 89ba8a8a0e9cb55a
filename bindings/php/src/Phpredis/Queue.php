<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The calls between multi() or pipeline() and exec().
 *
 * @internal
 */
final class Queue
{
    /** @var list<Call> */
    public array $calls = [];

    public function __construct(public readonly int $mode)
    {
    }

    public function add(Call $call): void
    {
        $this->calls[] = $call;
    }
}
