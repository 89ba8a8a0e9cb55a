<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Keys as Build;
use RedisCluster\Phpredis\Arguments\Sort;

/** @internal part of the table: see Methods */
final class Keys
{
    public const TABLE = [
        'copy' => ['COPY', [Build::class, 'copy'], 'bool'],
        'del' => ['DEL', 'x+', 'int'],
        'delete' => ['DEL', 'x+', 'int'],
        'dump' => ['DUMP', 'k', 'string'],
        'exists' => ['EXISTS', 'x+', 'int'],
        'expire' => ['EXPIRE', 'ki|s', 'bool'],
        'expireat' => ['EXPIREAT', 'ki|s', 'bool'],
        'expiremember' => ['EXPIREMEMBER', 'ksi|s', 'int'],
        'expirememberat' => ['EXPIREMEMBERAT', 'ksi', 'int'],
        'expiretime' => ['EXPIRETIME', 'k', 'int'],
        'migrate' => ['MIGRATE', [Build::class, 'migrate'], 'status'],
        'move' => ['MOVE', 'ki', 'bool'],
        'object' => ['OBJECT', [Build::class, 'inspect'], 'string'],
        'persist' => ['PERSIST', 'k', 'bool'],
        'pexpire' => ['PEXPIRE', 'ki|s', 'bool'],
        'pexpireat' => ['PEXPIREAT', 'ki|s', 'bool'],
        'pexpiretime' => ['PEXPIRETIME', 'k', 'int'],
        'pttl' => ['PTTL', 'k', 'int'],
        'randomkey' => ['RANDOMKEY', '', 'string'],
        'rename' => ['RENAME', 'kk', 'status'],
        'renamekey' => ['RENAME', 'kk', 'status'],
        'renamenx' => ['RENAMENX', 'kk', 'bool'],
        'restore' => ['RESTORE', [Build::class, 'restore'], 'status'],
        'settimeout' => ['EXPIRE', 'ki', 'bool'],
        'sort' => ['SORT', [Sort::class, 'options'], 'list'],
        'sort_ro' => ['SORT_RO', [Sort::class, 'options'], 'list'],
        'sortasc' => ['SORT', [Sort::class, 'ascending'], 'list'],
        'sortascalpha' => ['SORT', [Sort::class, 'ascendingAlpha'], 'list'],
        'sortdesc' => ['SORT', [Sort::class, 'descending'], 'list'],
        'sortdescalpha' => ['SORT', [Sort::class, 'descendingAlpha'], 'list'],
        'touch' => ['TOUCH', 'x+', 'int'],
        'ttl' => ['TTL', 'k', 'int'],
        'type' => ['TYPE', 'k', 'type'],
        'unlink' => ['UNLINK', 'x+', 'int'],
    ];
}
