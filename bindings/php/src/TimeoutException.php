<?php

declare(strict_types=1);

namespace RedisCluster;

/** A node did not answer in time. */
final class TimeoutException extends ConnectionException
{
}
