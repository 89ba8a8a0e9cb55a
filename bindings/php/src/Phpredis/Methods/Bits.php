<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Bits as Build;

/** @internal rows of MethodTable. Bits, and HyperLogLog. */
final class Bits
{
    public const TABLE = [
        'bitcount' => [
            'BITCOUNT', [Build::class, 'count'], 'int',
            'bitCount(string $key, int $start = 0, int $end = -1, bool $bybit = false): int|false',
        ],
        'bitop' => [
            'BITOP', [Build::class, 'operation'], 'int',
            'bitOp(string $operation, string $deskey, string $srckey, string ...$other_keys): int|false',
        ],
        'bitpos' => [
            'BITPOS', [Build::class, 'position'], 'int',
            'bitPos(string $key, mixed $bit, int $start = 0, int $end = -1, bool $bybit = false): int|false',
        ],
        'getbit' => ['GETBIT', 'ki', 'int', 'getBit(string $key, int $idx): int|false'],
        'pfadd' => ['PFADD', 'kV', 'int', 'pfAdd(string $key, array $elements): int|false'],
        'pfcount' => ['PFCOUNT', [Build::class, 'countKeys'], 'int', 'pfCount(mixed $key_or_keys): int|false'],
        'pfmerge' => ['PFMERGE', 'kK', 'status', 'pfMerge(string $dst, array $srckeys): bool'],
        'setbit' => ['SETBIT', [Build::class, 'set'], 'int', 'setBit(string $key, int $idx, bool|int $value): int|false'],
    ];
}
