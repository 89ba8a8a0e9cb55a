<?php

declare(strict_types=1);

namespace RedisCluster;

/** Commands collected one by one and sent together: $client->pipeline()->command(…)->command(…)->execute(). */
final class Pipeline
{
    private CommandBatch $batch;

    /**
     * @internal Use Client::pipeline().
     * @param \Closure(CommandBatch, int): list<mixed> $execute
     */
    public function __construct(private readonly \Closure $execute)
    {
        $this->batch = new CommandBatch();
    }

    public function command(string|int|float|\Stringable ...$arguments): self
    {
        $this->batch->add(Request::fromArguments($arguments), ReplyFormat::PLAIN);
        return $this;
    }

    /**
     * Runs the collected commands. The pipeline is empty afterwards, and can be used again.
     *
     * @return list<mixed> as Client::execute()
     */
    public function execute(): array
    {
        $batch = $this->batch;
        $this->batch = new CommandBatch();
        return ($this->execute)($batch, ReplyFormat::PLAIN);
    }
}
