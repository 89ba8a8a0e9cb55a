<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

$numbered = \array_map(static fn (int $number): string => "f$number", \range(8, 100));
$hundred = \array_combine(['', ' ', '7', '-7', '007', '1.5', 'true', ...$numbered], \range(1, 100));

return [
    'samples' => [
        ['hash', 'hSet', 'one', 'f', 'value'],
        ['hash', 'hSet', 'one', 'new', 'value'],
        ['hash', 'hSetNx', 'one', 'f', 'value'],
        ['hash', 'hSetNx', 'one', 'new', 'value'],
        ['hash', 'hGet', 'one', 'f'],
        ['hash', 'hLen', 'one'],
        ['hash', 'hDel', 'one', 'f'],
        ['hash', 'hDel', 'one', 'f', 'n', 'none'],
        ['hash', 'hKeys', 'one'],
        ['hash', 'hVals', 'one'],
        ['hash', 'hGetAll', 'one'],
        ['hash', 'hExists', 'one', 'f'],
        ['hash', 'hIncrBy', 'one', 'n', 3],
        ['hash', 'hIncrByFloat', 'one', 'n', 1.25],
        ['hash', 'hMset', 'one', ['f' => 'value', 'g' => 'value']],
        ['hash', 'hMget', 'one', ['f', 'none', 'e']],
        ['hash', 'hStrLen', 'one', 'f'],
        ['hash', 'hscan', 'one', new ScenarioVariable('it')],
        ['hash', 'hscan', 'one', new ScenarioVariable('it'), 'f*', 10],
    ],
    'scenarios' => [
        'fields' => [
            ['hSet', 'one', 'f', 'v'], ['hSet', 'one', 'f', 'w'], ['hSet', 'one', 7, 1], ['hSet', 'one', '', ''],
            ['hSet', 'one', "\0", "\xff"],
            ['hSet', 'one', 1.5, 2.5], ['hSet', 'one', true, false], ['hSet', 'one', null, null], ['hGetAll', 'one'],
            ['hKeys', 'one'], ['hVals', 'one'],
            ['hGet', 'one', 7], ['hGet', 'one', '7'], ['hGet', 'one', ''], ['hGet', 'one', 'none'], ['hGet', 'none', 'f'],
            ['hExists', 'one', 'f'],
            ['hExists', 'one', 'none'], ['hLen', 'one'], ['hLen', 'none'], ['hStrLen', 'one', 'f'], ['hStrLen', 'one', 'none'],
            ['hDel', 'one', 'f', 7, 'none'], ['hDel', 'one', ['a', 'b']], ['hDel', 'none', 'f'], ['hGetAll', 'none'],
            ['hKeys', 'none'], ['hVals', 'none'],
            ['hSet', 'one', 'a', 'b', 'c', 'd'], ['hSet', 'one', 'a', 'b', 'c'], ['hSet', 'one', ['a' => 'b']], ['hGetAll', 'one'],
        ],
        'many fields' => [
            ['hMset', 'one', ['a' => 1, 'b' => 2.5, 'c' => true, 'd' => null, 'e' => '', 3 => 'three']], ['hGetAll', 'one'],
            ['hMget', 'one', ['a', 'b', 'none', 3, '3']], ['hMget', 'one', ['a', 'a']], ['hMget', 'none', ['a', 'b']],
            ['hMget', 'one', []],
            ['hMset', 'one', []], ['hMset', 'one', ['x', 'y']], ['hMget', 'one', [0, 1]], ['hMget', 'one', [null, '', 1.5, true]],
            ['hMget', 'one', [['a']]], ['hMget', 'one', 'a'], ['hMset', 'one', ['f' => ['a']]],
            ['hMget', 'one', ['x' => 'a', 'y' => 'b']],
        ],
        'a hundred fields' => [
            ['hMset', 'one', $hundred], ['hGetAll', 'one'], ['hSet', 'one', 'zz', ''], ['hGetAll', 'one'],
            ['hSet', 'one', 'zz', "\xff"], ['hGetAll', 'one'], ['hDel', 'one', 'zz'], ['hSet', 'one', "\xff", ''], ['hGetAll', 'one'],
        ],
        'numbers' => [
            ['hIncrBy', 'one', 'n', 1], ['hIncrBy', 'one', 'n', -5], ['hIncrBy', 'one', 'n', '7'], ['hIncrByFloat', 'one', 'n', 0.5],
            ['hIncrByFloat', 'one', 'n', '1.5'], ['hIncrBy', 'one', 'n', 1], ['hSet', 'one', 't', 'text'], ['hIncrBy', 'one', 't', 1],
            ['hIncrByFloat', 'one', 't', 1], ['hIncrBy', 'one', 'm', PHP_INT_MAX], ['hIncrBy', 'one', 'm', 1],
            ['hIncrByFloat', 'one', 'x', 1e10],
            ['hIncrByFloat', 'one', 'x', 1e-10], ['hGetAll', 'one'],
        ],
        'scanned' => [
            ['hMset', 'one', ['a' => 1, 'b' => 2, 'ab' => 3, '5' => 'five']], ['hscan', 'one', new ScenarioVariable('it')],
            ['hscan', 'one', new ScenarioVariable('it')],
            ['hscan', 'one', new ScenarioVariable('a'), 'a*'], ['hscan', 'one', new ScenarioVariable('b'), '', 1],
            ['hscan', 'one', new ScenarioVariable('c'), null, 1000],
            ['hscan', 'none', new ScenarioVariable('d')], ['hscan', 'one', new ScenarioVariable('e', 0)], ['hscan', 'one', new ScenarioVariable('f', '0')],
            ['hscan', 'one', new ScenarioVariable('g', -5)], ['hscan', 'one', new ScenarioVariable('h', 'x')],
            ['hscan', 'one', new ScenarioVariable('i', false)],
            ['@iterate', 'hscan', 'one'], ['@iterate', 'hScan', 'one', 'a*', 1],
        ],
    ],
];
