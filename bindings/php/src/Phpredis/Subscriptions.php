<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Exception;
use RedisCluster\ServerException;
use RedisCluster\Session;
use RedisCluster\TimeoutException;

/**
 * SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and their counterparts.
 *
 * A channel is on its own node, a pattern on all. Messages arrive on separate connections: a callback may use the object for any
 * command, subscribe to more (that call returns at once) and unsubscribe.
 *
 * @internal
 */
final class Subscriptions
{
    /** Set while a call waits for messages. */
    private ?Session $session = null;
    /** A callback has closed the object. In phpredis 5 this is the only way to stop. */
    private bool $isClosed = false;
    /** @var array<string, array<callable>> kind of message => channel or pattern => callback */
    private array $callbacks = [];

    public function __construct(
        private readonly ConnectionState $state,
        private readonly Options $options,
        private readonly ArgumentConverter $arguments,
        private readonly ReplyConverter $replies,
    ) {
    }

    /**
     * Calls $callback($redis, …) for each message until no subscription is left.
     *
     * @param object       $redis    passed to the callbacks
     * @param string       $kind     of message: `message`, `pmessage` or `smessage`
     * @param array<mixed> $channels channels or patterns
     * @return ?false false: there are no channels, or a server returned an error
     */
    public function subscribe(object $redis, string $command, string $kind, array $channels, callable $callback): ?bool
    {
        if ($this->state->queue !== null) {
            throw new Exception("$command cannot be called in multi or pipeline mode");
        }
        if ($channels === []) {
            return false;
        }
        $isOutermost = $this->session === null;
        $this->session ??= $this->state->client->session();
        try {
            try {
                $confirmed = $this->send($command, $channels);
            } catch (ServerException $error) {
                return $this->replies->serverError($error);
            }
            $this->callbacks[$kind] = \array_fill_keys($confirmed, $callback) + ($this->callbacks[$kind] ?? []);
            while ($isOutermost && $this->callbacks !== []) {
                $this->dispatch($redis, $this->nextMessage());
            }
            if ($isOutermost && $this->isClosed) {
                throw new Exception('Connection closed');
            }
        } finally {
            if ($isOutermost) {
                $this->session?->close();
                $this->session = null;
                $this->callbacks = [];
                $this->isClosed = false;
            }
        }
        return null;
    }

    /**
     * @param array<mixed> $channels channels or patterns
     * @return array<string, bool>|false channel => whether it was subscribed to; false: there are none
     */
    public function unsubscribe(string $command, string $kind, array $channels): array|false
    {
        if ($channels === []) {
            return false;
        }
        if ($this->session === null) {
            return \array_fill_keys($this->arguments->patterns($channels), false);
        }
        $removed = \array_flip($this->send($command, $channels));
        $subscribed = $this->callbacks[$kind] ?? [];
        $this->callbacks[$kind] = \array_diff_key($subscribed, $removed);
        $this->callbacks = \array_filter($this->callbacks);
        foreach ($removed as $channel => $_) {
            $removed[$channel] = isset($subscribed[$channel]);
        }
        return $removed;
    }

    /** Ends the call that waits for messages once its callback returns. */
    public function close(): void
    {
        $this->isClosed = $this->session !== null;
        $this->callbacks = [];
    }

    /**
     * @param array<mixed> $channels
     * @return list<string> the channels that the server confirms
     */
    private function send(string $command, array $channels): array
    {
        $replies = $this->session->execute([[$command, ...$this->arguments->patterns($channels)]]);
        foreach ($replies as $reply) {
            if ($reply instanceof \Throwable) {
                throw $reply;
            }
        }
        return \array_column($replies, 1);
    }

    /** @param list<string> $message */
    private function dispatch(object $redis, array $message): void
    {
        $kind = \array_shift($message);
        // A message may still arrive after its channel was unsubscribed.
        $callback = $this->callbacks[$kind][$message[0]] ?? null;
        if ($callback !== null) {
            $callback($redis, ...$message);
        }
    }

    /** @return list<string> */
    private function nextMessage(): array
    {
        $limit = $this->options->readTimeout ?: (float) \ini_get('default_socket_timeout');
        $start = \hrtime(true);
        do {
            $left = $limit < 0 ? 1.0 : $limit - (\hrtime(true) - $start) / 1e9;
            // At most a second at a time, so that PHP can run signal handlers in between.
            $message = $this->session->receive(\min(1.0, $left));
            if ($message !== null) {
                return $message;
            }
        } while ($left > 0);
        throw new TimeoutException("read error on connection: no message within $limit seconds", Exception::TIMEOUT);
    }
}
