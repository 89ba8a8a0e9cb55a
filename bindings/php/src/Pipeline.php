<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * Commands collected one by one and sent together: $client->pipeline()->command(…)->command(…)->execute().
 */
final class Pipeline
{
    private string $request = '';

    /**
     * @internal Client::pipeline() makes it.
     * @param \Closure(string): list<mixed> $send
     */
    public function __construct(private readonly \Closure $send)
    {
    }

    public function command(string|int|float|\Stringable ...$arguments): self
    {
        $this->request .= Request::command($arguments);
        return $this;
    }

    /**
     * Runs what was collected, and is empty again.
     *
     * @return list<mixed> as Client::execute()
     */
    public function execute(): array
    {
        $request = $this->request;
        $this->request = '';
        return ($this->send)($request);
    }
}
