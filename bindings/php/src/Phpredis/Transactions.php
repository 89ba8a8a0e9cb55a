<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Form;
use RedisCluster\Read;
use RedisCluster\Request;
use RedisCluster\ServerException;
use RedisCluster\Session;

/**
 * multi, pipeline, exec, discard, watch, unwatch.
 *
 * A pipeline goes to all nodes at the same time. A transaction is on one node, that of its first key, or of the keys that are
 * watched; it goes there as one request when exec() is called, so that whatever ends before has left nothing behind.
 *
 * @internal of RedisCluster
 */
trait Transactions
{
    /** Made by the first transaction: it has connections of its own. */
    private ?Session $session = null;
    /** It was made with a configuration that has changed, and is kept for what it watches. */
    private bool $sessionIsOld = false;
    /** The process that made it: a session is not for a forked child. */
    private int $sessionOwner = 0;
    /** While keys are watched: what $client was. In its place is a view that reads from masters, as a replica may be behind. */
    private ?Client $unwatchedClient = null;

    /**
     * @param int $mode MULTI or PIPELINE
     * @return static|false
     */
    public function multi($mode = self::MULTI)
    {
        $mode = $this->arguments->of('multi', \func_get_args(), 0, 1)->int($mode, 0);
        if ($mode === self::PIPELINE) {
            return $this->pipeline();
        }
        if ($mode !== self::MULTI) {
            return $this->arguments->refuse('Unknown mode sent to Redis::multi');
        }
        if ($this->queue === null) {
            $this->queue = new Queue(self::MULTI);
        } elseif (!$this->queue->isTransaction) {
            $this->queue->begin();
        }
        return $this;
    }

    public function pipeline(): static
    {
        $this->arguments->of('pipeline', \func_get_args(), 0, 0);
        if ($this->queue?->isTransaction) {
            throw new Exception("Can't activate pipeline in multi mode!");
        }
        $this->queue ??= new Queue(self::PIPELINE);
        return $this;
    }

    /**
     * @return mixed the answers in order; false where a watched key has changed; null without multi() and pipeline(). The exec() of a
     *               transaction inside a pipeline answers the object, and the pipeline's own the rest
     */
    public function exec(): mixed
    {
        $this->arguments->of('exec', \func_get_args(), 0, 0);
        $queue = $this->queue;
        if ($queue?->inner !== null) {
            $queue->end();
            return $this;
        }
        $this->queue = null;
        try {
            return match ($queue?->isTransaction) {
                null => null,
                true => $this->transact($queue),
                false => $this->flush($queue),
            };
        } catch (ConnectionException $failure) {
            return $this->failed($failure);
        }
    }

    public function discard(): bool
    {
        $this->arguments->of('discard', \func_get_args(), 0, 0);
        $queue = $this->queue;
        $this->queue = null;
        // Of a pipeline the servers know nothing: what is watched stays so.
        return match ($queue?->isTransaction) {
            null => false,
            true => $this->forget(),
            false => true,
        };
    }

    /**
     * Keys, one by one or in an array. They must be on one node.
     *
     * @param string|array<string> $key
     * @param string               ...$other_keys
     */
    public function watch($key, ...$other_keys): static|bool
    {
        $keys = \is_array($key) && $other_keys === [] ? $key : [$key, ...$other_keys];
        if ($keys === []) {
            return false;
        }
        $command = ['WATCH', $this->arguments->keys($keys)];
        if ($this->queue?->isTransaction || $this->queue?->inner !== null) {
            $this->replies->lastError = 'ERR WATCH inside MULTI is not allowed';
            return false;
        }
        if ($this->queue !== null) {
            $this->queue->addStep('watch', fn (): bool => $this->watchNow($command));
            return $this;
        }
        try {
            return $this->watchNow($command);
        } catch (ConnectionException $failure) {
            return $this->failed($failure);
        }
    }

    public function unwatch(): static|bool
    {
        if ($this->queue === null) {
            return $this->forget();
        }
        if ($this->queue->isTransaction || $this->queue->inner !== null) {
            $this->queue->add(new Call(['UNWATCH'], 'status'));
        } else {
            $this->queue->addStep('unwatch', $this->forget(...));
        }
        return $this;
    }

    /** @param array<mixed> $command */
    private function watchNow(array $command): bool
    {
        $reply = $this->newSession()->run($command);
        if ($reply instanceof ServerException) {
            return $this->replies->error($reply);
        }
        if ($this->unwatchedClient === null) {
            $this->unwatchedClient = $this->client;
            $this->client = $this->client->withRead(Read::Master);
        }
        return true;
    }

    /** Watches nothing more. */
    private function forget(): bool
    {
        if ($this->unwatched()) {
            $this->session->run(['UNWATCH']);
        }
        return true;
    }

    /** @return bool whether keys were watched */
    private function unwatched(): bool
    {
        if ($this->unwatchedClient === null) {
            return false;
        }
        $this->client = $this->unwatchedClient;
        $this->unwatchedClient = null;
        return true;
    }

    /** Another client in the place of the one there was. What is watched stays watched, by the session that watches it. */
    private function goOnWith(Client $client, int $database): void
    {
        if ($this->unwatchedClient === null) {
            $this->session = null;
            $this->client = $client;
            return;
        }
        $this->session->run(['SELECT', $database]);
        $this->sessionIsOld = true;
        $this->unwatchedClient = $client;
        $this->client = $client->withRead(Read::Master);
    }

    /** For a transaction, or a watch, that begins. */
    private function newSession(): Session
    {
        $process = \getmypid();
        if (($this->sessionIsOld || $this->sessionOwner !== $process) && $this->unwatchedClient === null) {
            $this->session = null;
        }
        $this->sessionIsOld = $this->sessionIsOld && $this->session !== null;
        if ($this->session === null) {
            $this->session = $this->client->session();
            $this->sessionOwner = $process;
        }
        return $this->session;
    }

    /** @return list<mixed> */
    private function flush(Queue $pipeline): array
    {
        if ($pipeline->isOneRequest) {
            return $this->sent($pipeline->steps, $pipeline->isJoined);
        }
        $answers = $calls = [];
        foreach ($pipeline->steps as $step) {
            if (!\is_object($step) || $step instanceof Call) {
                $calls[] = $step;
                continue;
            }
            \array_push($answers, ...$this->sent($calls));
            $calls = [];
            // A transaction that came to nothing is an empty one here, as in phpredis.
            $answers[] = $step instanceof Queue ? $this->transact($step->raw()) ?: [] : $step();
        }
        \array_push($answers, ...$this->sent($calls));
        return $answers;
    }

    /**
     * @param list<Call|list<string>|string> $calls
     * @return list<mixed>
     */
    private function sent(array $calls, bool $areJoined = false): array
    {
        if ($calls === []) {
            return [];
        }
        $answers = $areJoined ? $this->client->runJoined($calls, Form::PHPREDIS) : $this->runAll($calls);
        $isPlain = $this->options->plain;
        foreach ($answers as $place => $reply) {
            if (\is_object($reply) || \is_object($calls[$place])) {
                $answers[$place] = $this->answer($calls[$place], $reply);
            } elseif (!$isPlain && \is_string($reply)) {
                $answers[$place] = $this->packer->unpack($reply); // a serializer was set behind a get()
            }
        }
        return $answers;
    }

    /**
     * @param list<Call|list<string>|string> $calls
     * @return list<mixed>
     */
    private function runAll(array $calls): array
    {
        $commands = $forms = [];
        foreach ($calls as $call) {
            $isCall = \is_object($call);
            $commands[] = $isCall ? $call->command : (\is_string($call) ? Request::parted($call) : $call);
            $forms[] = $isCall ? $this->replies->form($call) : Form::PHPREDIS;
        }
        return $this->client->runAll($commands, $forms);
    }

    /** @param Call|list<string>|string $call */
    private function answer(Call|array|string $call, mixed $reply): mixed
    {
        return match (true) {
            $reply instanceof ConnectionException => $this->failed($reply),
            $reply instanceof ServerException => $this->replies->error($reply),
            $reply instanceof Exception => throw $reply,
            default => $this->replies->value($call, $reply),
        };
    }

    /** @return list<mixed>|false */
    private function transact(Queue $transaction): array|false
    {
        if ($transaction->steps === [] && $this->unwatchedClient === null) {
            return [];
        }
        $session = $this->newSession();
        $this->unwatched();
        $steps = $transaction->steps;
        $commands = [['MULTI'], ...\array_map(static fn (Call $call): array => $call->command, $steps), ['EXEC']];
        $forms = \array_fill(0, 1 + \count($steps), Form::PHPREDIS);
        $forms[] = [Form::NIL_FALSE, ...\array_map($this->replies->form(...), $steps)];
        try {
            $replies = $session->runAll($commands, $forms);
        } catch (Exception $failure) {
            $this->session = null;
            throw $failure;
        }
        $executed = \array_pop($replies);
        if ($executed instanceof Exception) {
            throw $this->aborted($executed, $replies);
        }
        return $executed === false ? false : \array_map($this->replies->value(...), $steps, $executed);
    }

    /**
     * Why nothing was done: a command was refused when it was queued, or the connection is gone.
     *
     * @param list<mixed> $queued
     */
    private function aborted(Exception $executed, array $queued): Exception
    {
        foreach ($queued as $reply) {
            if ($reply instanceof ServerException) {
                $this->replies->lastError = $reply->getMessage();
                return new ServerException($executed->getMessage() . ' The first: ' . $reply->getMessage(), previous: $reply);
            }
            if ($reply instanceof Exception) {
                return $reply;
            }
        }
        $this->session = null;
        return $executed;
    }
}
