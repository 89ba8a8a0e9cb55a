<?php

declare(strict_types=1);

namespace RedisCluster;

/** Which servers Client::eachOn() runs a command on, numbered as in the library. */
enum Nodes: int
{
    case Masters = 0;
    /** Those of all masters. */
    case Replicas = 1;
    /** Each master, and behind it its replicas. */
    case All = 2;
}
