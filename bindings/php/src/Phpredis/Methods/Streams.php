<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Groups;
use RedisCluster\Phpredis\Arguments\Streams as Build;
use RedisCluster\Phpredis\Replies\Streams as Made;

/** @internal part of the table: see Methods */
final class Streams
{
    public const TABLE = [
        'xack' => ['XACK', [Groups::class, 'acknowledge'], 'int'],
        'xackdel' => ['XACKDEL', [Groups::class, 'acknowledgeAndDelete'], 'list'],
        'xadd' => ['XADD', [Build::class, 'add'], 'string'],
        'xautoclaim' => ['XAUTOCLAIM', [Groups::class, 'autoClaim'], [Made::class, 'autoClaimed']],
        'xclaim' => ['XCLAIM', [Groups::class, 'claim'], [Made::class, 'entries']],
        'xdel' => ['XDEL', [Build::class, 'delete'], 'int'],
        'xdelex' => ['XDELEX', [Build::class, 'deleteBy'], 'list'],
        'xgroup' => ['XGROUP', [Groups::class, 'group'], [Made::class, 'group']],
        'xinfo' => ['XINFO', [Build::class, 'info'], [Made::class, 'info']],
        'xlen' => ['XLEN', 'k', 'int'],
        'xpending' => ['XPENDING', [Groups::class, 'pending'], [Made::class, 'pending']],
        'xrange' => ['XRANGE', [Build::class, 'range'], [Made::class, 'entries']],
        'xread' => ['XREAD', [Build::class, 'read'], [Made::class, 'streams']],
        'xreadgroup' => ['XREADGROUP', [Groups::class, 'read'], [Made::class, 'streams']],
        'xrevrange' => ['XREVRANGE', [Build::class, 'range'], [Made::class, 'entries']],
        'xtrim' => ['XTRIM', [Build::class, 'trim'], 'int'],
    ];
}
