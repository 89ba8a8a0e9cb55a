<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Exception;
use RedisCluster\Request;

/**
 * The calls between multi() or pipeline() and exec(). They are sent by exec().
 *
 * @internal
 */
final class Queue
{
    /**
     * A transaction has Call objects. A pipeline has batches of commands, which can be sent in one request; between them are transactions
     * (self), and closures for calls that are not one command.
     *
     * @var list<Call|QueuedBatch|\Closure(): mixed|self>
     */
    public array $steps = [];
    /** The last batch of a pipeline, for the next command; null in a transaction. */
    public ?QueuedBatch $batch = null;
    /** The transaction inside this pipeline that exec() has not ended. */
    public ?self $innerTransaction = null;
    public readonly bool $isTransaction;

    /** @param int $mode MULTI or PIPELINE */
    public function __construct(public readonly int $mode)
    {
        $this->isTransaction = $mode === Constants::MULTI;
        $this->isTransaction || $this->beginBatch();
    }

    public function add(Call $call): void
    {
        if ($this->batch !== null) {
            $this->batch->addCall($call);
            return;
        }
        $last = \array_key_last($call->command);
        if (\count($call->command) === 2 && \is_array($call->command[$last])) {
            // A copy: the caller may change the array, or variables that it refers to, before exec().
            $call->command[$last] = Request::toStrings($call->command[$last]);
        }
        $queue = $this->innerTransaction ?? $this;
        $queue->steps[] = $call;
    }

    /**
     * Adds a call that is not one command.
     *
     * @param \Closure(): mixed $step
     */
    public function addStep(string $method, \Closure $step): void
    {
        if ($this->isInTransaction()) {
            throw new Exception("$method() is not a command that a transaction can contain: call it before multi() or after exec()");
        }
        $this->steps[] = $step;
        $this->beginBatch();
    }

    /** The same transaction with replies that are not converted, as phpredis returns them for a transaction inside a pipeline. */
    public function withRawReplies(): self
    {
        $raw = new self($this->mode);
        $raw->steps = \array_map(static fn (Call $call): Call => new Call($call->command, 'any'), $this->steps);
        return $raw;
    }

    /** Whether the next call belongs to a transaction: of this queue, or inside this pipeline. */
    public function isInTransaction(): bool
    {
        return $this->isTransaction || $this->innerTransaction !== null;
    }

    public function beginTransaction(): void
    {
        if ($this->innerTransaction === null) {
            $this->steps[] = $this->innerTransaction = new self(Constants::MULTI);
            $this->batch = null;
        }
    }

    public function endTransaction(): void
    {
        $this->innerTransaction = null;
        $this->beginBatch();
    }

    private function beginBatch(): void
    {
        $this->steps[] = $this->batch = new QueuedBatch();
    }
}
