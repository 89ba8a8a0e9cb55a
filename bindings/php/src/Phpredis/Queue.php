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

    public function add(Call $call): void
    {
        $this->calls[] = $call;
    }
}
