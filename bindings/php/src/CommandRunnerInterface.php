<?php

declare(strict_types=1);

namespace RedisCluster;

/** What ClientInterface and SessionInterface have in common. */
interface CommandRunnerInterface
{
    public function command(string|int|float|\Stringable ...$arguments): mixed;

    /**
     * @param array<array<string|int|float|\Stringable>> $commands
     * @return list<mixed>
     */
    public function execute(array $commands): array;

    public function close(): void;
}
