<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Keys as Build;
use RedisCluster\Phpredis\Arguments\Sort;

/** @internal rows of MethodTable */
final class Keys
{
    public const TABLE = [
        'copy' => ['COPY', [Build::class, 'copy'], 'bool', 'copy(string $src, string $dst, ?array $options = null): bool'],
        'del' => ['DEL', 'x+', 'int', 'del(array|string $key, string ...$other_keys): int|false'],
        'delete' => ['DEL', 'x+', 'int', 'delete(array|string $key, string ...$other_keys): int|false'],
        'dump' => ['DUMP', 'k', 'string', 'dump(string $key): string|false'],
        'exists' => ['EXISTS', 'x+', 'int', 'exists(mixed $key, mixed ...$other_keys): int|bool'],
        'expire' => ['EXPIRE', [Build::class, 'expire'], 'bool', 'expire(string $key, int $timeout, ?string $mode = null): bool'],
        'expireat' => ['EXPIREAT', [Build::class, 'expire'], 'bool', 'expireAt(string $key, int $timestamp, ?string $mode = null): bool'],
        'expiremember' => [
            'EXPIREMEMBER', [Build::class, 'expireMember'], 'int',
            'expireMember(string $key, string $field, int $ttl, ?string $unit = null): int|false',
        ],
        'expirememberat' => ['EXPIREMEMBERAT', 'ksi', 'int', 'expireMemberAt(string $key, string $field, int $timestamp): int|false'],
        'expiretime' => ['EXPIRETIME', 'k', 'int', 'expireTime(string $key): int|false'],
        'migrate' => [
            'MIGRATE', [Build::class, 'migrate'], 'status',
            'migrate(string $host, int $port, string|array $key, int $dstdb, int $timeout, bool $copy = false, bool $replace = false, mixed $credentials = null): bool',
        ],
        'move' => ['MOVE', 'ki', 'bool', 'move(string $key, int $index): bool'],
        'object' => ['OBJECT', [Build::class, 'inspect'], 'string', 'object(string $subcommand, string $key): int|string|false'],
        'persist' => ['PERSIST', 'k', 'bool', 'persist(string $key): bool'],
        'pexpire' => ['PEXPIRE', [Build::class, 'expire'], 'bool', 'pExpire(string $key, int $timeout, ?string $mode = null): bool'],
        'pexpireat' => ['PEXPIREAT', [Build::class, 'expire'], 'bool', 'pExpireAt(string $key, int $timestamp, ?string $mode = null): bool'],
        'pexpiretime' => ['PEXPIRETIME', 'k', 'int', 'pExpireTime(string $key): int|false'],
        'pttl' => ['PTTL', 'k', 'int', 'pTtl(string $key): int|false'],
        'randomkey' => ['RANDOMKEY', '', 'string', 'randomKey(): string|false'],
        'rename' => ['RENAME', 'kk', 'status', 'rename(string $old_name, string $new_name): bool'],
        'renamekey' => ['RENAME', 'kk', 'status', 'renameKey(string $old_name, string $new_name): bool'],
        'renamenx' => ['RENAMENX', 'kk', 'bool', 'renameNx(string $key_src, string $key_dst): bool'],
        'restore' => [
            'RESTORE', [Build::class, 'restore'], 'status',
            'restore(string $key, int $ttl, string $value, ?array $options = null): bool',
        ],
        'settimeout' => ['EXPIRE', 'ki', 'bool', 'setTimeout(string $key, int $timeout): bool'],
        'sort' => ['SORT', [Sort::class, 'options'], 'any', 'sort(string $key, ?array $options = null): mixed'],
        'sort_ro' => ['SORT_RO', [Sort::class, 'options'], 'any', 'sort_ro(string $key, ?array $options = null): mixed'],
        'sortasc' => [
            'SORT', [Sort::class, 'ascending'], 'any',
            'sortAsc(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null): array|int|false',
        ],
        'sortascalpha' => [
            'SORT', [Sort::class, 'ascendingAlpha'], 'any',
            'sortAscAlpha(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null): array|int|false',
        ],
        'sortdesc' => [
            'SORT', [Sort::class, 'descending'], 'any',
            'sortDesc(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null): array|int|false',
        ],
        'sortdescalpha' => [
            'SORT', [Sort::class, 'descendingAlpha'], 'any',
            'sortDescAlpha(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null): array|int|false',
        ],
        'touch' => ['TOUCH', 'x+', 'int', 'touch(array|string $key_or_array, string ...$more_keys): int|false'],
        'ttl' => ['TTL', 'k', 'int', 'ttl(string $key): int|false'],
        'type' => ['TYPE', 'k', 'type', 'type(string $key): int|false'],
        'unlink' => ['UNLINK', 'x+', 'int', 'unlink(array|string $key, string ...$other_keys): int|false'],
    ];
}
