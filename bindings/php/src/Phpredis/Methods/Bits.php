<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Bits as Build;

/** @internal part of the table: see Methods. Bits, and HyperLogLog. */
final class Bits
{
    public const TABLE = [
        'bitcount' => ['BITCOUNT', [Build::class, 'count'], 'int'],
        'bitop' => ['BITOP', [Build::class, 'operation'], 'int'],
        'bitpos' => ['BITPOS', [Build::class, 'position'], 'int'],
        'getbit' => ['GETBIT', 'ki', 'int'],
        'pfadd' => ['PFADD', 'kV', 'int'],
        'pfcount' => ['PFCOUNT', [Build::class, 'keys'], 'int'],
        'pfmerge' => ['PFMERGE', 'kK', 'status'],
        'setbit' => ['SETBIT', [Build::class, 'set'], 'int'],
    ];
}
