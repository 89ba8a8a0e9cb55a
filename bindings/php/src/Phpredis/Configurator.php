<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\Exception;
use RedisCluster\Observer\CommandObserver;
use RedisCluster\Observer\ObservedClient;
use RedisCluster\ServerException;

/**
 * Replaces the client when the configuration changes: by SELECT, AUTH or OPT_READ_TIMEOUT.
 *
 * @internal
 */
final class Configurator
{
    /** @var ?array{read_timeout?: mixed} the configured timeout before OPT_READ_TIMEOUT was set; null: it was never set */
    private ?array $configuredReadTimeout = null;

    private ?CommandObserver $observer = null;

    public function __construct(
        private readonly ConnectionState $state,
        private readonly Transactions $transactions,
        private readonly ReplyConverter $replies,
    ) {
    }

    /** Throws, and changes nothing, if the configuration is invalid. */
    public function configure(#[\SensitiveParameter] Configuration $config): void
    {
        $client = $this->observer === null ? new Client($config->values) : new ObservedClient($config->values, $this->observer);
        $this->transactions->useClient($client, $config->database());
        $this->state->config = $config;
    }

    /** @param ?CommandObserver $observer of later commands; null: none */
    public function observe(?CommandObserver $observer): void
    {
        $this->observer = $observer;
        $this->configure($this->state->config);
    }

    /**
     * Changes the configuration if every master replies to a PING with it.
     *
     * @return bool false, or an exception, for an error reply of a server; see ReplyConverter::serverError()
     */
    public function configureIfAccepted(#[\SensitiveParameter] Configuration $config): bool
    {
        foreach ((new Client($config->values))->each('PING') as $reply) {
            if ($reply instanceof Exception && !\str_starts_with($reply->getMessage(), 'NOPERM ')) { // accepted, but may not PING
                // The library reports an error reply to AUTH or SELECT on a new connection as a failure to connect.
                $refusal = '/: cannot connect: ((?:ERR|WRONGPASS|NOAUTH|NOPERM) .*); it was not executed$/Ds';
                return \preg_match($refusal, $reply->getMessage(), $match) === 1
                    ? $this->replies->serverError(new ServerException($match[1], previous: $reply))
                    : throw $reply;
            }
        }
        $this->configure($config);
        return true;
    }

    /** @param float $seconds 0 restores the configured timeout; less than 0 waits without limit, for which the library's value is 0 */
    public function setReadTimeout(float $seconds): void
    {
        $this->configuredReadTimeout ??= \array_intersect_key($this->state->config->values, ['read_timeout' => 0]);
        $timeout = $seconds === 0.0 ? $this->configuredReadTimeout : ['read_timeout' => \max(0.0, $seconds)];
        $this->configure($this->state->config->withReadTimeout($timeout));
    }
}
