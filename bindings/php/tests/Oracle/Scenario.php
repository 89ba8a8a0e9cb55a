<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** Calls that are made one after the other on empty servers. */
final class Scenario
{
    /**
     * @param list<list<mixed>>  $data  commands of one key each, which lay down what is there before
     * @param list<array<mixed>> $calls method, arguments …
     * @param string             $about the method that it is about, in lower case, if it is one
     */
    public function __construct(
        public readonly string $name,
        public readonly array $calls,
        public readonly array $data = [],
        public readonly string $about = '',
    ) {
    }
}
