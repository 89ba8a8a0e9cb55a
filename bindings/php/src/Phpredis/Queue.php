<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Exception;
use RedisCluster\Request;

/**
 * The calls between multi() or pipeline() and exec(). Nothing of them is sent before exec().
 *
 * @internal
 */
final class Queue
{
    /**
     * In a transaction calls alone; in a pipeline transactions, too, and what is no single call. A command without a call around it
     * is one whose reply, in the form PHPREDIS, is the answer; where it is a name and a key, as Client::runJoined() takes it.
     *
     * @var list<Call|list<string>|string|\Closure(): mixed|self>
     */
    public array $steps = [];
    /** Whether all of them are that: a name and a key. */
    public bool $isJoined = true;
    /** Whether such commands may be added now. */
    public bool $takesCommands;
    /** Whether all of them can be sent together. */
    public bool $isOneRequest = true;
    /** The transaction that was begun in a pipeline, and has not seen its exec(). */
    public ?self $inner = null;
    public readonly bool $isTransaction;

    /** @param int $mode MULTI or PIPELINE */
    public function __construct(public readonly int $mode)
    {
        $this->isTransaction = $mode === Constants::MULTI;
        $this->takesCommands = !$this->isTransaction;
    }

    public function add(Call $call): void
    {
        $last = \array_key_last($call->command);
        if (\count($call->command) === 2 && \is_array($call->command[$last])) {
            // What is sent is what the caller's list, or pairs, hold now.
            $call->command[$last] = Request::strings($call->command[$last]);
        }
        $queue = $this->inner ?? $this;
        $queue->steps[] = $call;
        $queue->isJoined = false;
    }

    /**
     * What is not one command for one server.
     *
     * @param \Closure(): mixed $step
     */
    public function addStep(string $method, \Closure $step): void
    {
        if ($this->isTransaction || $this->inner !== null) {
            throw new Exception("$method() is for every server, and a transaction is on one: call it before multi() or after exec()");
        }
        $this->steps[] = $step;
        $this->isOneRequest = $this->isJoined = false;
    }

    /** The same transaction with replies as the server gives them, as phpredis answers one inside a pipeline. */
    public function raw(): self
    {
        $raw = new self($this->mode);
        $raw->steps = \array_map(static fn (Call $call): Call => new Call($call->command, 'any'), $this->steps);
        return $raw;
    }

    public function begin(): void
    {
        if ($this->inner === null) {
            $this->steps[] = $this->inner = new self(Constants::MULTI);
            $this->takesCommands = $this->isOneRequest = $this->isJoined = false;
        }
    }

    /** The end of the transaction in a pipeline. */
    public function end(): void
    {
        $this->inner = null;
        $this->takesCommands = true;
    }
}
