<?php

declare(strict_types=1);

namespace RedisCluster;

/** A node did not reply in time. */
final class TimeoutException extends ConnectionException
{
}
