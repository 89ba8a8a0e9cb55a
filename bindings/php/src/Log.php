<?php

declare(strict_types=1);

namespace RedisCluster;

use Psr\Log\LoggerInterface;

/** Events of the library, such as a server that becomes unavailable, for a logger of the application. */
final class Log
{
    /**
     * Makes the library report events to a logger: a server that becomes unavailable or replies again, a failover, a master that has lost
     * its data, an address that leads to another server, bytes that are no reply, files of TLS that were read again.
     *
     * It holds for all clients, until the request ends. With null, as at first, nothing is reported. The levels are `info`, `warning` and
     * `error`; the context has `event`, such as `breaker_opened`, and `server`, the address (empty if it concerns no single server).
     * Messages contain no passwords, keys or values.
     *
     * The library cannot call PHP back: it keeps the newest 256 events, and each call reports them before it returns. What the
     * logger throws is dropped.
     */
    public static function setLogger(?LoggerInterface $logger): void
    {
        Library::get()->setLogger($logger);
    }
}
