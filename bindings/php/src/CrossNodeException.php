<?php

declare(strict_types=1);

namespace RedisCluster;

/** The command's keys lie on several nodes and it cannot be split; the message begins with CROSSNODE. */
final class CrossNodeException extends RequestException
{
}
