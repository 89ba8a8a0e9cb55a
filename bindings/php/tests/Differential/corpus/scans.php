<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

$fill = [];
for ($i = 0; $i < 5; $i++) {
    $fill[] = ['mset', \array_fill_keys(\array_map(static fn (int $n): string => "key:$i:$n", \range(1, 60)), 'x')];
    $fill[] = ['sAddArray', 'set', \array_map(static fn (int $n): string => "member:$i:$n", \range(1, 200))];
    $fill[] = ['hMset', 'hash', \array_combine(\array_map(static fn (int $n): string => "f:$i:$n", \range(1, 200)), \range(1, 200))];
    $fill[] = ['zAdd', 'zset', ...\array_merge(...\array_map(static fn (int $n): array => [$n, "m:$i:$n"], \range(1, 100)))];
}

return [
    'scenarios' => [
        'empty servers' => [
            ['scan', new ScenarioVariable('it')], ['@iterate', 'scan'], ['hscan', 'none', new ScenarioVariable('h')],
            ['scan', new ScenarioVariable('it2', 0)],
        ],
        'keys' => [
            ...$fill, ['@iterate', 'scan'], ['@iterate', 'scan', 'key:1:*'], ['@iterate', 'SCAN', 'key:*', 7],
            ['@iterate', 'scan', 'none*'],
            ['setOption', \Redis::OPT_SCAN, \Redis::SCAN_RETRY], ['@iterate', 'scan', 'key:1:*', 5],
            ['@iterate', 'sScan', 'set', '*:3:*', 3],
        ],
        'members' => [
            ...$fill, ['@iterate', 'sscan', 'set'], ['@iterate', 'sScan', 'set', 'member:1:*'],
            ['@iterate', 'sScan', 'set', '*', 500], ['@iterate', 'hscan', 'hash'],
            ['@iterate', 'hscan', 'hash', 'f:2:*', 30], ['@iterate', 'zscan', 'zset'], ['@iterate', 'zscan', 'zset', 'm:4:*', 17],
        ],
        'with a prefix' => [
            ['mset', ['p:one' => 1, 'p:two' => 2, 'six' => 3]], ['setOption', \Redis::OPT_PREFIX, 'p:'], ['@iterate', 'scan'],
            ['@iterate', 'scan', 'p:*'], ['@iterate', 'scan', 'o*'],
            ['setOption', \Redis::OPT_SCAN, \Redis::SCAN_PREFIX], ['getOption', \Redis::OPT_SCAN], ['@iterate', 'scan'],
            ['@iterate', 'scan', '*'], ['@iterate', 'scan', 'o*'],
            ['setOption', \Redis::OPT_SCAN, \Redis::SCAN_NOPREFIX], ['getOption', \Redis::OPT_SCAN], ['@iterate', 'scan', '*'],
            ['setOption', \Redis::OPT_SCAN, \Redis::SCAN_RETRY], ['getOption', \Redis::OPT_SCAN],
            ['setOption', \Redis::OPT_SCAN, 99], ['getOption', \Redis::OPT_SCAN],
        ],
        'with a serializer' => [
            ['setOption', \Redis::OPT_SERIALIZER, \Redis::SERIALIZER_PHP], ['sAdd', 'one', 'a', 1, [2]],
            ['hSet', 'two', 'f', ['v']], ['zAdd', 'six', 1.5, ['m'], 2, 'n'],
            ['@iterate', 'sscan', 'one'], ['@iterate', 'hscan', 'two'], ['@iterate', 'zscan', 'six'],
            ['hscan', 'two', new ScenarioVariable('h')], ['zscan', 'six', new ScenarioVariable('z')],
        ],
        'wrong types' => [
            ['set', 'one', 'x'], ['sscan', 'one', new ScenarioVariable('s')], ['hscan', 'one', new ScenarioVariable('h')],
            ['zscan', 'one', new ScenarioVariable('z')],
            ['scan', new ScenarioVariable('a'), ['x']], ['scan', new ScenarioVariable('b'), null, 'x'], ['scan', new ScenarioVariable('c', 'text')],
            ['scan'], ['sscan', 'one'], ['sscan'],
        ],
    ],
];
