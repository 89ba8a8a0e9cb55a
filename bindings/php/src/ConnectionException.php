<?php

declare(strict_types=1);

namespace RedisCluster;

/** A node cannot be reached, or a connection was lost. $node has the alias, $executed whether the command may have been executed. */
class ConnectionException extends Exception
{
}
