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
     * A transaction has only Call objects. A pipeline can also have transactions (self), and closures for calls that are not one
     * command. The fast path of get() and set() adds commands without a Call: a string is a name and a key, as
     * Client::runKeyCommands() takes it; a list is a whole command. Their replies need no conversion after ReplyFormat::PHPREDIS.
     *
     * @var list<Call|list<string>|string|\Closure(): mixed|self>
     */
    public array $steps = [];
    /** Whether every step is a string. */
    public bool $hasOnlyKeyCommands = true;
    /** Whether the fast path may add commands. */
    public bool $acceptsCommands;
    /** Whether all steps can be sent in one request. */
    public bool $isOneRequest = true;
    /** The transaction inside this pipeline that exec() has not ended. */
    public ?self $innerTransaction = null;
    public readonly bool $isTransaction;

    /** @param int $mode MULTI or PIPELINE */
    public function __construct(public readonly int $mode)
    {
        $this->isTransaction = $mode === Constants::MULTI;
        $this->acceptsCommands = !$this->isTransaction;
    }

    public function add(Call $call): void
    {
        $last = \array_key_last($call->command);
        if (\count($call->command) === 2 && \is_array($call->command[$last])) {
            // A copy: the caller may change the array, or variables that it refers to, before exec().
            $call->command[$last] = Request::toStrings($call->command[$last]);
        }
        $queue = $this->innerTransaction ?? $this;
        $queue->steps[] = $call;
        $queue->hasOnlyKeyCommands = false;
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
        $this->isOneRequest = $this->hasOnlyKeyCommands = false;
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
            $this->acceptsCommands = $this->isOneRequest = $this->hasOnlyKeyCommands = false;
        }
    }

    public function endTransaction(): void
    {
        $this->innerTransaction = null;
        $this->acceptsCommands = true;
    }
}
