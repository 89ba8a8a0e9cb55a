<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Read;
use RedisCluster\ReplyFormat;
use RedisCluster\ServerException;
use RedisCluster\Session;

/**
 * MULTI, pipelines, EXEC, DISCARD, WATCH and UNWATCH.
 *
 * A pipeline goes to all nodes at the same time. A transaction runs on one node: the node of its first key, or of the watched keys.
 * Commands for all nodes run on all masters after the others.
 * It is sent as one request by exec(), so that a script that ends earlier leaves nothing behind on a server.
 *
 * @internal
 */
final class Transactions
{
    /** Created by the first transaction or watch. It has its own connections. */
    private ?Session $session = null;
    /** The session has an outdated configuration, and is kept only because it watches keys. */
    private bool $isSessionOutdated = false;
    /** The process that created the session: a session cannot be used in a forked child. */
    private int $sessionProcess = 0;
    /** While keys are watched: the client before the watch. The client in use reads from masters then, as a replica may lag. */
    private ?Client $clientBeforeWatch = null;

    public function __construct(
        private readonly ConnectionState $state,
        private readonly Options $options,
        private readonly ValueCodec $codec,
        private readonly ReplyConverter $replies,
    ) {
    }

    public function begin(): void
    {
        if ($this->state->queue === null) {
            $this->state->queue = new Queue(Constants::MULTI);
        } elseif (!$this->state->queue->isTransaction) {
            $this->state->queue->beginTransaction();
        }
    }

    public function beginPipeline(): void
    {
        if ($this->state->queue?->isTransaction) {
            throw new Exception("Can't activate pipeline in multi mode!");
        }
        $this->state->queue ??= new Queue(Constants::PIPELINE);
    }

    /** @return bool whether exec() ended a transaction inside a pipeline, which stays in the queue */
    public function endInnerTransaction(): bool
    {
        if ($this->state->queue?->innerTransaction === null) {
            return false;
        }
        $this->state->queue->endTransaction();
        return true;
    }

    /** @return mixed the replies in order; false if a watched key has changed, and without multi() or pipeline() */
    public function exec(): mixed
    {
        $queue = $this->state->queue;
        $this->state->queue = null;
        try {
            return match ($queue?->isTransaction) {
                null => false,
                true => $this->runTransaction($queue),
                false => $this->runPipeline($queue),
            };
        } catch (ConnectionException $failure) {
            return $this->replies->connectionFailure($failure);
        }
    }

    public function discard(): bool
    {
        $queue = $this->state->queue;
        $this->state->queue = null;
        // Discarding a pipeline sends nothing, so watched keys stay watched.
        return match ($queue?->isTransaction) {
            null => false,
            true => $this->unwatchNow(),
            false => true,
        };
    }

    /**
     * @param array<string|int> $keys on one node
     * @return ?bool null: queued
     */
    public function watch(array $keys): ?bool
    {
        $command = ['WATCH', $keys];
        $queue = $this->state->queue;
        if ($queue?->isInTransaction()) {
            $this->replies->lastError = 'ERR WATCH inside MULTI is not allowed';
            return false;
        }
        if ($queue !== null) {
            $queue->addStep('watch', fn (): bool => $this->watchNow($command));
            return null;
        }
        try {
            return $this->watchNow($command);
        } catch (ConnectionException $failure) {
            return $this->replies->connectionFailure($failure);
        }
    }

    /** @return ?bool null: queued */
    public function unwatch(): ?bool
    {
        $queue = $this->state->queue;
        if ($queue === null) {
            return $this->unwatchNow();
        }
        if ($queue->isInTransaction()) {
            $queue->add(new Call(['UNWATCH'], 'status'));
        } else {
            $queue->addStep('unwatch', $this->unwatchNow(...));
        }
        return null;
    }

    /** Drops the queue, the watched keys and the session. */
    public function reset(): void
    {
        $this->state->queue = null;
        $this->restoreClient();
        $this->session = null;
    }

    /** Replaces the client in use. Watched keys stay watched, by the session that watches them. */
    public function useClient(Client $client, int $database): void
    {
        if ($this->clientBeforeWatch === null) {
            $this->session = null;
            $this->state->client = $client;
            return;
        }
        $this->session->run(['SELECT', $database]);
        $this->isSessionOutdated = true;
        $this->clientBeforeWatch = $client;
        $this->state->client = $client->withRead(Read::Master);
    }

    /** @param array<mixed> $command */
    private function watchNow(array $command): bool
    {
        $reply = $this->currentSession()->run($command);
        if ($reply instanceof ServerException) {
            return $this->replies->serverError($reply);
        }
        if ($this->clientBeforeWatch === null) {
            $this->clientBeforeWatch = $this->state->client;
            $this->state->client = $this->state->client->withRead(Read::Master);
        }
        return true;
    }

    private function unwatchNow(): bool
    {
        if ($this->restoreClient()) {
            $this->session->run(['UNWATCH']);
        }
        return true;
    }

    /** @return bool whether keys were watched */
    private function restoreClient(): bool
    {
        if ($this->clientBeforeWatch === null) {
            return false;
        }
        $this->state->client = $this->clientBeforeWatch;
        $this->clientBeforeWatch = null;
        return true;
    }

    /** The session for a transaction or a watch that begins. */
    private function currentSession(): Session
    {
        $process = \getmypid();
        if (($this->isSessionOutdated || $this->sessionProcess !== $process) && $this->clientBeforeWatch === null) {
            $this->session = null;
        }
        $this->isSessionOutdated = $this->isSessionOutdated && $this->session !== null;
        if ($this->session === null) {
            $this->session = $this->state->client->session();
            $this->sessionProcess = $process;
        }
        return $this->session;
    }

    /** @return list<mixed> */
    private function runPipeline(Queue $pipeline): array
    {
        if (\count($pipeline->steps) === 1) {
            return $this->send($pipeline->batch);
        }
        $replies = [];
        foreach ($pipeline->steps as $step) {
            if ($step instanceof QueuedBatch) {
                \array_push($replies, ...$this->send($step));
            } else {
                // An aborted transaction is an empty array here, as in phpredis.
                $replies[] = $step instanceof Queue ? $this->runTransaction($step->withRawReplies()) ?: [] : $step();
            }
        }
        return $replies;
    }

    /** @return list<mixed> */
    private function send(QueuedBatch $batch): array
    {
        if ($batch->commands->count === 0) {
            return [];
        }
        $replies = $this->state->client->runBatch($batch->commands, $batch->conversions === [] ? ReplyFormat::PHPREDIS : null);
        $hasPlainValues = $this->options->hasPlainValues;
        $conversions = $batch->conversions;
        foreach ($replies as $place => $reply) {
            $conversion = $conversions[$place] ?? null;
            if ($conversion !== null || \is_object($reply)) {
                $replies[$place] = $this->convert($conversion, $reply);
            } elseif (!$hasPlainValues && \is_string($reply)) {
                $replies[$place] = $this->codec->unpack($reply); // a serializer was set after the get()
            }
        }
        return $replies;
    }

    /** @param ?Call $call how to convert a reply that is no failure */
    private function convert(?Call $call, mixed $reply): mixed
    {
        return match (true) {
            $reply instanceof ConnectionException => $this->replies->connectionFailure($reply),
            $reply instanceof ServerException => $this->replies->serverError($reply, $call?->replyType),
            $reply instanceof Exception => throw $reply,
            default => $this->replies->convert($call, $reply),
        };
    }

    /** @return list<mixed>|false */
    private function runTransaction(Queue $transaction): array|false
    {
        if ($transaction->steps === [] && $this->clientBeforeWatch === null) {
            return [];
        }
        $session = $this->currentSession();
        $this->restoreClient();
        $steps = $transaction->steps;
        $commands = [['MULTI'], ...\array_map(static fn (Call $call): array => $call->command, $steps), ['EXEC']];
        $formats = \array_fill(0, 1 + \count($steps), ReplyFormat::PHPREDIS);
        $formats[] = [ReplyFormat::NIL_FALSE, ...\array_map(ReplyConverter::queuedFormat(...), $steps)];
        try {
            $replies = $session->runAll($commands, $formats);
        } catch (Exception $failure) {
            $this->session = null;
            throw $failure;
        }
        $executed = \array_pop($replies);
        if ($executed instanceof Exception) {
            throw $this->abortReason($executed, $replies);
        }
        return $executed === false ? false : \array_map($this->replies->convert(...), $steps, $executed);
    }

    /**
     * Why EXEC failed: a command was rejected when it was queued, or the connection was lost.
     *
     * @param list<mixed> $queued the replies to the queued commands
     */
    private function abortReason(Exception $executed, array $queued): Exception
    {
        foreach ($queued as $reply) {
            if ($reply instanceof ServerException) {
                $this->replies->lastError = $reply->getMessage();
                $message = $executed->getMessage() . ' The first error: ' . $reply->getMessage();
                return new ServerException($message, previous: $reply);
            }
            if ($reply instanceof Exception) {
                return $reply;
            }
        }
        $this->session = null;
        return $executed;
    }
}
