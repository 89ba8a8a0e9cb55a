<?php

declare(strict_types=1);

namespace RedisCluster;

/** The servers on which Client::eachOn() runs a command. The numbers are the library's. */
enum Nodes: int
{
    case Masters = 0;
    /** The replicas of all masters. */
    case Replicas = 1;
    /** Each master, followed by its replicas. */
    case All = 2;
}
