<?php

declare(strict_types=1);

namespace RedisCluster;

/** The command cannot be sent: it is malformed, or its keys cannot be told. */
class RequestException extends Exception
{
}
