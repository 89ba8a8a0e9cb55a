<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Vectors as Build;
use RedisCluster\Phpredis\Replies\Vectors as Convert;

/** @internal rows of MethodTable */
final class Vectors
{
    public const TABLE = [
        'vadd' => [
            'VADD', [Build::class, 'add'], 'int',
            'vAdd(string $key, array $values, mixed $element, array $options = []): int|false',
        ],
        'vcard' => ['VCARD', 'k', 'int', 'vCard(string $key): int|false'],
        'vdim' => ['VDIM', 'k', 'int', 'vDim(string $key): int|false'],
        'vemb' => ['VEMB', [Build::class, 'embedding'], 'floats', 'vEmb(string $key, mixed $member, bool $raw = false): array|false'],
        'vgetattr' => [
            'VGETATTR', [Build::class, 'attributes'], [Convert::class, 'attributes'],
            'vGetAttr(string $key, mixed $member, bool $decode = true): array|string|false',
        ],
        'vinfo' => ['VINFO', 'k', 'map', 'vInfo(string $key): array|false'],
        'vismember' => ['VISMEMBER', 'kv', 'bool', 'vIsMember(string $key, mixed $member): bool'],
        'vlinks' => [
            'VLINKS', [Build::class, 'links'], [Convert::class, 'links'],
            'vLinks(string $key, mixed $member, bool $withscores = false): array|false',
        ],
        'vrandmember' => ['VRANDMEMBER', [Build::class, 'random'], 'value', 'vRandMember(string $key, int $count = 0): mixed'],
        'vrange' => ['VRANGE', 'kss|i', 'values', 'vRange(string $key, string $min, string $max, int $count = -1): array|false'],
        'vrem' => ['VREM', 'kv', 'int', 'vRem(string $key, mixed $member): int|false'],
        'vsetattr' => [
            'VSETATTR', [Build::class, 'setAttributes'], 'int',
            'vSetAttr(string $key, mixed $member, array|string $attributes): int|false',
        ],
        'vsim' => ['VSIM', [Build::class, 'similar'], 'values', 'vSim(string $key, mixed $member, array $options = []): array|false'],
    ];
}
