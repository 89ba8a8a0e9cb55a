<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The methods of RedisCluster for subscriptions.
 *
 * @internal
 */
trait SubscriptionMethods
{
    /** Created on first use: most scripts subscribe to nothing. */
    private ?Subscriptions $subscriptions = null;
    private readonly ConnectionState $state;
    private readonly Options $options;
    private readonly ArgumentConverter $arguments;
    private readonly ReplyConverter $replies;

    /**
     * Calls $cb($redis, $channel, $message) for each message, until all channels are unsubscribed.
     *
     * An exception thrown by the callback, or caused by a node, ends all subscriptions. If no message arrives for OPT_READ_TIMEOUT
     * seconds, a RedisException is thrown (0: default_socket_timeout of php.ini; less than 0: no limit).
     *
     * @param array<string> $channels
     * @return ?false false: there are no channels, or a server returned an error
     */
    public function subscribe(array $channels, callable $cb): ?bool
    {
        return $this->subscriptions()->subscribe($this, 'SUBSCRIBE', 'message', $channels, $cb);
    }

    /**
     * As subscribe(), for patterns: $cb($redis, $pattern, $channel, $message).
     *
     * @param array<string> $patterns
     * @return ?false
     */
    public function psubscribe(array $patterns, callable $cb): ?bool
    {
        return $this->subscriptions()->subscribe($this, 'PSUBSCRIBE', 'pmessage', $patterns, $cb);
    }

    /**
     * As subscribe(), for messages from spublish().
     *
     * @param array<string> $channels
     * @return ?false
     */
    public function ssubscribe(array $channels, callable $cb): ?bool
    {
        return $this->subscriptions()->subscribe($this, 'SSUBSCRIBE', 'smessage', $channels, $cb);
    }

    /**
     * @param array<string> $channels
     * @return array<string, bool>|false channel => whether it was subscribed to; false: there are none
     */
    public function unsubscribe(array $channels): array|false
    {
        return $this->subscriptions()->unsubscribe('UNSUBSCRIBE', 'message', $channels);
    }

    /**
     * @param array<string> $patterns
     * @return array<string, bool>|false pattern => whether it was subscribed to; false: there are none
     */
    public function punsubscribe(array $patterns): array|false
    {
        return $this->subscriptions()->unsubscribe('PUNSUBSCRIBE', 'pmessage', $patterns);
    }

    /**
     * @param array<string> $channels
     * @return array<string, bool>|false channel => whether it was subscribed to; false: there are none
     */
    public function sunsubscribe(array $channels): array|false
    {
        return $this->subscriptions()->unsubscribe('SUNSUBSCRIBE', 'smessage', $channels);
    }

    private function subscriptions(): Subscriptions
    {
        return $this->subscriptions ??= new Subscriptions($this->state, $this->options, $this->arguments, $this->replies);
    }
}
