<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Exception;
use RedisCluster\Session;
use RedisCluster\TimeoutException;

/**
 * subscribe, psubscribe, ssubscribe and their ends.
 *
 * A channel is on its own node, a pattern on all. Messages come over connections of their own: a callback may use the object for
 * any command, subscribe to more (which is then heard too, and does not wait), and unsubscribe.
 *
 * @internal of RedisCluster
 */
trait Subscriptions
{
    /** There while messages are waited for. */
    private ?Session $listener = null;
    /** @var array<string, array<callable>> kind of message => channel or pattern => who wants it */
    private array $listening = [];

    /**
     * Calls $callback($redis, $channel, $message) for each message, until all channels are unsubscribed.
     *
     * An exception of the callback ends all subscriptions, as does one of a node. That nothing came for the time of
     * OPT_READ_TIMEOUT (0: default_socket_timeout of php.ini; below: for ever) is a RedisException, too.
     *
     * @param array<string> $channels
     * @return ?false false: there were no channels
     */
    public function subscribe(array $channels, callable $callback): ?bool
    {
        return $this->listen('SUBSCRIBE', 'message', $channels, $callback);
    }

    /**
     * The same for patterns: $callback($redis, $pattern, $channel, $message).
     *
     * @param array<string> $patterns
     * @return ?false
     */
    public function psubscribe(array $patterns, callable $callback): ?bool
    {
        return $this->listen('PSUBSCRIBE', 'pmessage', $patterns, $callback);
    }

    /**
     * The same for what spublish() sends.
     *
     * @param array<string> $channels
     * @return ?false
     */
    public function ssubscribe(array $channels, callable $callback): ?bool
    {
        return $this->listen('SSUBSCRIBE', 'smessage', $channels, $callback);
    }

    /**
     * @param array<string> $channels
     * @return array<string, true>|false channel => true; false: there were none
     */
    public function unsubscribe(array $channels): array|false
    {
        return $this->leave('UNSUBSCRIBE', 'message', $channels);
    }

    /**
     * @param array<string> $patterns
     * @return array<string, true>|false
     */
    public function punsubscribe(array $patterns): array|false
    {
        return $this->leave('PUNSUBSCRIBE', 'pmessage', $patterns);
    }

    /**
     * @param array<string> $channels
     * @return array<string, true>|false
     */
    public function sunsubscribe(array $channels): array|false
    {
        return $this->leave('SUNSUBSCRIBE', 'smessage', $channels);
    }

    /** @param array<mixed> $topics */
    private function listen(string $command, string $kind, array $topics, callable $callback): ?bool
    {
        if ($this->queue !== null) {
            throw new Exception("$command cannot be called in multi or pipeline mode");
        }
        if ($topics === []) {
            return false;
        }
        $isOuter = $this->listener === null;
        $this->listener ??= $this->client->session();
        try {
            foreach ($this->confirmed($command, $topics) as $topic) {
                $this->listening[$kind][$topic] = $callback;
            }
            while ($isOuter && $this->listening !== []) {
                $this->hear($this->message());
            }
        } finally {
            if ($isOuter) {
                $this->listener?->close();
                $this->listener = null;
                $this->listening = [];
            }
        }
        return null;
    }

    /**
     * @param array<mixed> $topics
     * @return array<string, true>|false
     */
    private function leave(string $command, string $kind, array $topics): array|false
    {
        if ($topics === []) {
            return false;
        }
        $left = $this->listener === null
            ? \array_map('strval', $this->arguments->keys($topics))
            : $this->confirmed($command, $topics);
        $this->listening[$kind] = \array_diff_key($this->listening[$kind] ?? [], \array_flip($left));
        $this->listening = \array_filter($this->listening);
        return \array_fill_keys($left, true);
    }

    /**
     * @param array<mixed> $topics
     * @return list<string> those of the server's confirmations
     */
    private function confirmed(string $command, array $topics): array
    {
        $replies = $this->listener->execute([[$command, ...\array_values($this->arguments->keys($topics))]]);
        foreach ($replies as $reply) {
            if ($reply instanceof \Throwable) {
                throw $reply;
            }
        }
        return \array_column($replies, 1);
    }

    /** @param list<string> $message */
    private function hear(array $message): void
    {
        $kind = \array_shift($message);
        // What was on its way when its channel was left is nobody's.
        $callback = $this->listening[$kind][$message[0]] ?? null;
        if ($callback !== null) {
            $callback($this, ...$message);
        }
    }

    /** @return list<string> */
    private function message(): array
    {
        $limit = $this->options->readTimeout ?: (float) \ini_get('default_socket_timeout');
        $began = \hrtime(true);
        do {
            $left = $limit < 0 ? 1.0 : $limit - (\hrtime(true) - $began) / 1e9;
            // In slices, between which PHP calls the handlers of signals that came.
            $message = $this->listener->receive(\min(1.0, $left));
            if ($message !== null) {
                return $message;
            }
        } while ($left > 0);
        throw new TimeoutException("read error on connection: no message came for $limit seconds", Exception::TIMEOUT);
    }
}
