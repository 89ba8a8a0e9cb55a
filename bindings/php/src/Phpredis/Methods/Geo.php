<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Geo as Build;
use RedisCluster\Phpredis\Replies\Geo as Convert;

/** @internal rows of MethodTable */
final class Geo
{
    public const TABLE = [
        'geoadd' => [
            'GEOADD', [Build::class, 'add'], 'int',
            'geoAdd(string $key, mixed $lng, mixed $lat, mixed $member, mixed ...$other_triples_and_options): int|false',
        ],
        'geodist' => [
            'GEODIST', [Build::class, 'distance'], 'float',
            'geoDist(string $key, mixed $src, mixed $dst, ?string $unit = null): float|false',
        ],
        'geohash' => ['GEOHASH', 'kv+', 'list', 'geoHash(string $key, mixed $member, mixed ...$other_members): array|false'],
        'geopos' => [
            'GEOPOS', 'kv+', [Convert::class, 'positions'],
            'geoPos(string $key, mixed $member, mixed ...$other_members): array|false',
        ],
        'georadius' => [
            'GEORADIUS', [Build::class, 'radius'], [Convert::class, 'found'],
            'geoRadius(string $key, float $lng, float $lat, float $radius, string $unit, array $options = []): mixed',
        ],
        'georadius_ro' => [
            'GEORADIUS_RO', [Build::class, 'radius'], [Convert::class, 'found'],
            'geoRadius_ro(string $key, float $lng, float $lat, float $radius, string $unit, array $options = []): mixed',
        ],
        'georadiusbymember' => [
            'GEORADIUSBYMEMBER', [Build::class, 'radiusByMember'], [Convert::class, 'found'],
            'geoRadiusByMember(string $key, mixed $member, float $radius, string $unit, array $options = []): mixed',
        ],
        'georadiusbymember_ro' => [
            'GEORADIUSBYMEMBER_RO', [Build::class, 'radiusByMember'], [Convert::class, 'found'],
            'geoRadiusByMember_ro(string $key, mixed $member, float $radius, string $unit, array $options = []): mixed',
        ],
        'geosearch' => [
            'GEOSEARCH', [Build::class, 'search'], 'values',
            'geoSearch(string $key, array|string $position, array|int|float $shape, string $unit, array $options = []): array|false',
        ],
        'geosearchstore' => [
            'GEOSEARCHSTORE', [Build::class, 'searchAndStore'], 'int',
            'geoSearchStore(string $dst, string $src, array|string $position, array|int|float $shape, string $unit, array $options = []): array|int|false',
        ],
    ];
}
