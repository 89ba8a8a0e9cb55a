<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Geo as Build;
use RedisCluster\Phpredis\Replies\Geo as Made;

/** @internal part of the table: see Methods */
final class Geo
{
    public const TABLE = [
        'geoadd' => ['GEOADD', [Build::class, 'add'], 'int'],
        'geodist' => ['GEODIST', [Build::class, 'distance'], 'float'],
        'geohash' => ['GEOHASH', 'kv+', 'list'],
        'geopos' => ['GEOPOS', 'kv+', [Made::class, 'positions']],
        'georadius' => ['GEORADIUS', [Build::class, 'radius'], [Made::class, 'found']],
        'georadius_ro' => ['GEORADIUS_RO', [Build::class, 'radius'], [Made::class, 'found']],
        'georadiusbymember' => ['GEORADIUSBYMEMBER', [Build::class, 'radiusByMember'], [Made::class, 'found']],
        'georadiusbymember_ro' => ['GEORADIUSBYMEMBER_RO', [Build::class, 'radiusByMember'], [Made::class, 'found']],
        'geosearch' => ['GEOSEARCH', [Build::class, 'search'], 'values'],
        'geosearchstore' => ['GEOSEARCHSTORE', [Build::class, 'searchAndStore'], 'int'],
    ];
}
