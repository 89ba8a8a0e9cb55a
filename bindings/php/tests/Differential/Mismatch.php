<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** One difference between our class and phpredis. */
final class Mismatch
{
    public function __construct(
        public readonly string $scenario,
        public readonly string $method,
        public readonly string $call,
        public readonly string $aspect, // outcome, warnings, last error, arguments or data
        public readonly string $ours,
        public readonly string $theirs,
    ) {
    }

    public function __toString(): string
    {
        return "$this->scenario: $this->call, $this->aspect\n    ours:   $this->ours\n    theirs: $this->theirs";
    }
}
