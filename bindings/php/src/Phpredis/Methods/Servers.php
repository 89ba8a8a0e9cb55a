<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Servers as Build;

/**
 * Commands that have one reply for all servers, or run on any server. ServerCommands has those with a reply per server.
 *
 * @internal rows of MethodTable
 */
final class Servers
{
    public const TABLE = [
        'acl' => ['ACL', [Build::class, 'acl'], 'any'],
        'command' => ['COMMAND', 's*', 'any', 'command(?string $opt = null, mixed ...$args): mixed'],
        'dbsize' => ['DBSIZE', '', 'int', 'dbSize(): int|false'],
        'failover' => [
            'FAILOVER', [Build::class, 'failover'], 'bool',
            'failover(?array $to = null, bool $abort = false, int $timeout = 0): bool',
        ],
        'getkeys' => ['KEYS', [Build::class, 'keys'], 'list', "getKeys(string \$pattern = '*'): array|false"],
        'keys' => ['KEYS', [Build::class, 'keys'], 'list', "keys(string \$pattern = '*'): array|false"],
        'replicaof' => ['REPLICAOF', [Build::class, 'slaveof'], 'bool', 'replicaof(?string $host = null, int $port = 6379): bool'],
        'slaveof' => ['SLAVEOF', [Build::class, 'slaveof'], 'bool', 'slaveof(?string $host = null, int $port = 6379): bool'],
        'swapdb' => ['SWAPDB', 'ii', 'bool', 'swapdb(int $src, int $dst): bool'],
        'wait' => ['WAIT', [Build::class, 'wait'], 'int', 'wait(int $numreplicas, int $timeout): int|false'],
        'waitaof' => ['WAITAOF', 'iii', 'list', 'waitaof(int $numlocal, int $numreplicas, int $timeout): array|false'],
    ];
}
