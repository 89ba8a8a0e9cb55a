<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** A sequence of calls on empty servers. */
final class Scenario
{
    /**
     * @param list<list<mixed>>  $data  commands with one key each that store the initial data
     * @param list<array<mixed>> $calls method, arguments …
     * @param string             $testedMethod the tested method in lower case, or the name of the scenario
     */
    public function __construct(
        public readonly string $name,
        public readonly array $calls,
        public readonly array $data = [],
        public readonly string $testedMethod = '',
    ) {
    }
}
