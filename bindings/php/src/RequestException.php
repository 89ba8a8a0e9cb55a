<?php

declare(strict_types=1);

namespace RedisCluster;

/** The command was not sent: it is malformed, or its keys cannot be determined. */
class RequestException extends Exception
{
}
