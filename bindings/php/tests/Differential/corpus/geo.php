<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

$everything = ['withcoord', 'withdist', 'withhash', 'count' => 5, 'sort' => 'asc'];

return [
    'samples' => [
        ['geo', 'geoadd', 'one', 12.5, 41.9, 'value'],
        ['geo', 'geoadd', 'one', '12.5', '41.9', 'Rome', 9.19, 45.46, 'Milan'],
        ['geo', 'geodist', 'one', 'Palermo', 'Catania'],
        ['geo', 'geodist', 'one', 'Palermo', 'Catania', 'km'],
        ['geo', 'geohash', 'one', 'Palermo', 'none', 'Catania'],
        ['geo', 'geopos', 'one', 'Palermo', 'none', 'Catania'],
        ['geo', 'georadius', 'one', 15, 37, 200, 'km'],
        ['geo', 'georadius', 'one', 15, 37, 200, 'km', ['withdist', 'desc']],
        ['geo', 'georadius', 'one', 15, 37, 200, 'km', ['store' => 'two', 'asc']],
        ['geo', 'georadius_ro', 'one', 15, 37, 200, 'km', ['withcoord', 'asc']],
        ['geo', 'georadiusbymember', 'one', 'Palermo', 200, 'km', ['asc']],
        ['geo', 'georadiusbymember', 'one', 'Palermo', 200, 'km', ['storedist' => 'two']],
        ['geo', 'georadiusbymember_ro', 'one', 'Palermo', 200, 'km', ['withdist', 'asc', 'count' => 1]],
    ],
    'scenarios' => [
        'places' => [
            ['geoAdd', 'one', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'],
            ['geoAdd', 'one', 13.361389, 38.115556, 'Palermo'],
            ['geoAdd', 'one', 200, 100, 'nowhere'], ['geoAdd', 'one', 1, 2], ['geoAdd', 'one', 'x', 'y', 'z'],
            ['geoAdd', 'one', 0, 0, 7], ['geoAdd', 'one', ['NX'], 0, 0, 'x'],
            ['geoDist', 'one', 'Palermo', 'Catania'], ['geoDist', 'one', 'Palermo', 'Catania', 'm'],
            ['geoDist', 'one', 'Palermo', 'Catania', 'mi'],
            ['geoDist', 'one', 'Palermo', 'Catania', 'yards'], ['geoDist', 'one', 'Palermo', 'none'], ['geoDist', 'none', 'a', 'b'],
            ['geoHash', 'one', 'Palermo', 7],
            ['geoHash', 'none', 'a'], ['geoPos', 'one', 'Catania', 'none'], ['geoPos', 'none', 'a'], ['geoHash', 'one'],
            ['geoPos', 'one'],
        ],
        'searched' => [
            ['geoAdd', 'one', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania', 12.5, 41.9, '7'],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['asc']], ['geoRadius', 'one', 15, 37, 200, 'km', ['ASC']],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['desc']],
            ['geoRadius', 'one', 15, 37, 200, 'km', $everything], ['geoRadius', 'one', 15, 37, 200, 'km', ['WITHDIST', 'asc']],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['withcoord', 'desc']],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['withhash', 'asc']],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['count' => 1, 'asc']], ['geoRadius', 'one', 15, 37, 200, 'km', ['count' => 0]],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['count' => [1, 'any']]],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['count' => 'x']],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['what']], ['geoRadius', 'one', 15, 37, 200, 'km', []],
            ['geoRadius', 'one', 15, 37, 200, 'parsec'],
            ['geoRadius', 'none', 15, 37, 200, 'km'], ['geoRadius', 'one', 15, 37, 200, 'km', ['store' => 'two']],
            ['zRange', 'two', 0, -1, true],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['storedist' => 'six', 'count' => 1, 'asc']], ['zRange', 'six', 0, -1, true],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['store' => 'two', 'withdist']],
            ['geoRadius', 'one', 15, 37, 200, 'km', ['store' => 7]],
            ['geoRadius_ro', 'one', 15, 37, 200, 'km', ['store' => 'two']],
            ['geoRadiusByMember', 'one', 'Palermo', 500, 'km', ['withdist', 'asc']],
            ['geoRadiusByMember', 'one', 'none', 500, 'km'],
            ['geoRadiusByMember', 'one', 'Palermo', 500, 'km', ['store' => 'six', 'desc']],
            ['geoRadiusByMember_ro', 'one', 'Palermo', 500, 'km', $everything], ['geoRadiusByMember', 'none', 'Palermo', 500, 'km'],
            ['geoRadiusByMember', 'one', 'Palermo', '500', 'KM', ['asc']],
        ],
    ],
];
