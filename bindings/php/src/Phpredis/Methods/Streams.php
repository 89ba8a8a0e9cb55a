<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\StreamGroups;
use RedisCluster\Phpredis\Arguments\Streams as Build;
use RedisCluster\Phpredis\Replies\Streams as Convert;

/** @internal rows of MethodTable */
final class Streams
{
    public const TABLE = [
        'xack' => ['XACK', [StreamGroups::class, 'acknowledge'], 'int', 'xAck(string $key, string $group, array $ids): int|false'],
        'xackdel' => [
            'XACKDEL', [StreamGroups::class, 'acknowledgeAndDelete'], 'list',
            'xAckDel(string $key, string $group, array $ids, ?string $mode = null): array|false',
        ],
        'xadd' => [
            'XADD', [Build::class, 'add'], 'string',
            'xAdd(string $key, string $id, array $values, int $maxlen = 0, bool $approx = false, bool $nomkstream = false): string|false',
        ],
        'xautoclaim' => [
            'XAUTOCLAIM', [StreamGroups::class, 'autoClaim'], [Convert::class, 'autoClaimed'],
            'xAutoClaim(string $key, string $group, string $consumer, int $min_idle, string $start, int $count = -1, bool $justid = false): array|false',
        ],
        'xclaim' => [
            'XCLAIM', [StreamGroups::class, 'claim'], [Convert::class, 'entries'],
            'xClaim(string $key, string $group, string $consumer, int $min_idle, array $ids, array $options = []): array|false',
        ],
        'xdel' => ['XDEL', [Build::class, 'delete'], 'int', 'xDel(string $key, array $ids): int|false'],
        'xdelex' => ['XDELEX', [Build::class, 'deleteWithMode'], 'list', 'xDelEx(string $key, array $ids, ?string $mode = null): array|false'],
        'xgroup' => [
            'XGROUP', [StreamGroups::class, 'group'], [Convert::class, 'group'],
            'xGroup(string $operation, ?string $key = null, ?string $group = null, ?string $id_or_consumer = null, bool $mkstream = false, int $entries_read = -2): mixed',
        ],
        'xinfo' => [
            'XINFO', [Build::class, 'info'], [Convert::class, 'info'],
            'xInfo(string $operation, ?string $arg1 = null, ?string $arg2 = null, int $count = -1): array|false',
        ],
        'xlen' => ['XLEN', 'k', 'int', 'xLen(string $key): int|false'],
        'xpending' => [
            'XPENDING', [StreamGroups::class, 'pending'], [Convert::class, 'pending'],
            'xPending(string $key, string $group, ?string $start = null, ?string $end = null, int $count = -1, ?string $consumer = null): array|false',
        ],
        'xrange' => [
            'XRANGE', [Build::class, 'range'], [Convert::class, 'entries'],
            'xRange(string $key, string $start, string $end, int $count = -1): array|false',
        ],
        'xread' => [
            'XREAD', [Build::class, 'read'], [Convert::class, 'streams'],
            'xRead(array $streams, int $count = -1, int $block = -1): array|false|null',
        ],
        'xreadgroup' => [
            'XREADGROUP', [StreamGroups::class, 'read'], [Convert::class, 'streams'],
            'xReadGroup(string $group, string $consumer, array $streams, ?int $count = 1, ?int $block = 1): array|false|null',
        ],
        'xrevrange' => [
            'XREVRANGE', [Build::class, 'range'], [Convert::class, 'entries'],
            'xRevRange(string $key, string $end, string $start, int $count = -1): array|false',
        ],
        'xtrim' => [
            'XTRIM', [Build::class, 'trim'], 'int',
            'xTrim(string $key, string|int $threshold, bool $approx = false, bool $minid = false, int $limit = -1): int|false',
        ],
    ];
}
