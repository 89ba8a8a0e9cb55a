<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Vectors as Build;
use RedisCluster\Phpredis\Replies\Vectors as Read;

/** @internal part of the table: see Methods */
final class Vectors
{
    public const TABLE = [
        'vadd' => ['VADD', [Build::class, 'add'], 'int'],
        'vcard' => ['VCARD', 'k', 'int'],
        'vdim' => ['VDIM', 'k', 'int'],
        'vemb' => ['VEMB', [Build::class, 'embedding'], 'floats'],
        'vgetattr' => ['VGETATTR', [Build::class, 'attributes'], [Read::class, 'attributes']],
        'vinfo' => ['VINFO', 'k', 'map'],
        'vismember' => ['VISMEMBER', 'kv', 'bool'],
        'vlinks' => ['VLINKS', [Build::class, 'links'], [Read::class, 'links']],
        'vrandmember' => ['VRANDMEMBER', [Build::class, 'random'], 'value'],
        'vrange' => ['VRANGE', 'kss|i', 'values'],
        'vrem' => ['VREM', 'kv', 'int'],
        'vsetattr' => ['VSETATTR', [Build::class, 'setAttributes'], 'int'],
        'vsim' => ['VSIM', [Build::class, 'similar'], 'values'],
    ];
}
