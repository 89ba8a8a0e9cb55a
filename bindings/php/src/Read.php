<?php

declare(strict_types=1);

namespace RedisCluster;

/** Where the reads of Client::withRead() go, numbered as in the library. */
enum Read: int
{
    /** To the replicas of a master in turn; to the master where none can answer. */
    case Replica = 0;
    /** To the masters alone. */
    case Master = 1;
}
