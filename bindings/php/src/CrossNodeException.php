<?php

declare(strict_types=1);

namespace RedisCluster;

/** The command's keys are on several nodes, and it cannot run across nodes. The message begins with CROSSNODE. */
final class CrossNodeException extends RequestException
{
}
