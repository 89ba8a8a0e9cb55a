<?php

declare(strict_types=1);

namespace RedisCluster;

/** Commands collected one by one and sent together: $client->pipeline()->command(…)->command(…)->execute(). */
final class Pipeline
{
    /** @var list<array<string|int>> */
    private array $commands = [];

    /**
     * @internal Use Client::pipeline().
     * @param \Closure(array<array<string|int>>): list<mixed> $execute
     */
    public function __construct(private readonly \Closure $execute)
    {
    }

    public function command(string|int|float|\Stringable ...$arguments): self
    {
        $this->commands[] = Request::fromArguments($arguments);
        return $this;
    }

    /**
     * Runs the collected commands. The pipeline is empty afterwards, and can be used again.
     *
     * @return list<mixed> as Client::execute()
     */
    public function execute(): array
    {
        $commands = $this->commands;
        $this->commands = [];
        return ($this->execute)($commands);
    }
}
