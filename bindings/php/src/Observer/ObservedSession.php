<?php

declare(strict_types=1);

namespace RedisCluster\Observer;

use FFI\CData;
use RedisCluster\Library;
use RedisCluster\Session;

/** A session of an ObservedClient. Messages that it receives are not observed. */
final class ObservedSession extends Session
{
    use ObservesCommands;

    /** @internal Use ObservedClient::session(). */
    public function __construct(Library $library, ?CData $client, CommandObserver $observer)
    {
        $this->observer = $observer;
        parent::__construct($library, $client);
    }
}
