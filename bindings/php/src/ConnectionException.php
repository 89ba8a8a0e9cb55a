<?php

declare(strict_types=1);

namespace RedisCluster;

/** A node cannot be reached, or the connection broke; see $node and $executed. */
class ConnectionException extends Exception
{
}
