<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;

/**
 * The state of one RedisCluster object that changes: the client in use and the queue of calls.
 *
 * Only Configurator and Transactions assign to it.
 *
 * @internal
 */
final class ConnectionState
{
    public Client $client;

    /** The configuration of the client. It can contain passwords. */
    public Configuration $config;

    /** The calls since multi() or pipeline(); null: calls are sent at once. */
    public ?Queue $queue = null;
}
