<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Servers as Builders;

/**
 * One answer of all servers together, or of any. What every server answers for itself is in Broadcasts.
 *
 * @internal part of the table: see Methods
 */
final class Servers
{
    public const TABLE = [
        'acl' => ['ACL', [Builders::class, 'acl'], 'any'],
        'command' => ['COMMAND', 's*', 'any'],
        'dbsize' => ['DBSIZE', '', 'int'],
        'failover' => ['FAILOVER', [Builders::class, 'failover'], 'bool'],
        'getkeys' => ['KEYS', 'k', 'list'],
        'keys' => ['KEYS', 'k', 'list'],
        'replicaof' => ['REPLICAOF', [Builders::class, 'slaveof'], 'bool'],
        'slaveof' => ['SLAVEOF', [Builders::class, 'slaveof'], 'bool'],
        'swapdb' => ['SWAPDB', 'ii', 'bool'],
        'wait' => ['WAIT', [Builders::class, 'wait'], 'int'],
        'waitaof' => ['WAITAOF', 'iii', 'list'],
    ];
}
