<?php

declare(strict_types=1);

namespace RedisCluster;

/** The servers that a client from Client::withRead() reads from. The numbers are the library's. */
enum Read: int
{
    /** The replicas of a master in turn; the master if none is usable. */
    case Replica = 0;
    /** Masters only. */
    case Master = 1;
    /** A master and its replicas in turn. */
    case Any = 2;
    /** Those of a master and its replicas that reply fastest, in turn if several are about equal. */
    case Nearest = 3;
}
