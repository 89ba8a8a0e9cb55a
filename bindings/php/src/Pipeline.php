<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * Commands collected one by one and sent together: $client->pipeline()->command(…)->command(…)->execute().
 */
final class Pipeline
{
    /** @var list<array<string|int>> */
    private array $commands = [];

    /**
     * @internal Client::pipeline() makes it.
     * @param \Closure(array<array<string|int>>): list<mixed> $send
     */
    public function __construct(private readonly \Closure $send)
    {
    }

    public function command(string|int|float|\Stringable ...$arguments): self
    {
        $this->commands[] = Request::command($arguments);
        return $this;
    }

    /**
     * Runs what was collected, and is empty again.
     *
     * @return list<mixed> as Client::execute()
     */
    public function execute(): array
    {
        $commands = $this->commands;
        $this->commands = [];
        return ($this->send)($commands);
    }
}
