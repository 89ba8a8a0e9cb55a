<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

return [
    'samples' => [
        ['set', 'sAdd', 'one', 'value'],
        ['set', 'sAdd', 'one', 'a', 'value', 'new'],
        ['set', 'sAddArray', 'one', ['a', 'value', 'new']],
        ['set', 'srem', 'one', 'a', 'none'],
        ['set', 'sRemove', 'one', 'a'],
        ['set', 'sMove', 'one', 'two', 'a'],
        ['set', 'sMove', 'one', 'none', 'a'],
        ['set', 'sMove', 'one', 'two', 'none'],
        ['set', 'sMove', 'one', 'two', 'b'],
        ['set', 'sismember', 'one', 'a'],
        ['set', 'sContains', 'one', 'none'],
        ['set', 'sMisMember', 'one', 'a', 'none', 'b'],
        ['set', 'scard', 'one'],
        ['set', 'sSize', 'one'],
        ['set', 'sMembers', 'one'],
        ['set', 'sGetMembers', 'one'],
        ['set', 'sRandMember', 'one'],
        ['set', 'sRandMember', 'one', 3],
        ['set', 'sInter', 'one', 'two', 'six'],
        ['set', 'sInter', ['one', 'two']],
        ['set', 'sInterStore', 'none', 'one', 'two'],
        ['set', 'sInterStore', 'two', 'one', 'six'],
        ['set', 'sUnion', 'one', 'two', 'six'],
        ['set', 'sUnion', ['one', 'two']],
        ['set', 'sUnionStore', 'none', 'one', 'two'],
        ['set', 'sDiff', 'one', 'two', 'six'],
        ['set', 'sDiff', ['one', 'two']],
        ['set', 'sDiffStore', 'none', 'one', 'two'],
        ['set', 'sDiffStore', ['six', 'one', 'two']],
        ['set', 'sscan', 'one', new Variable('it')],
        ['set', 'sscan', 'one', new Variable('it'), 'a*', 10],
    ],
    'scenarios' => [
        'members' => [
            ['sAdd', 'one', 'a'], ['sAdd', 'one', 'a'], ['sAdd', 'one', 'a', 'b', 'c'], ['sAdd', 'one', 1, 2.5, true, false, null, ''], ['sAdd', 'one', ['x']],
            ['sMembers', 'one'], ['sCard', 'one'], ['sAddArray', 'one', ['x', 'y', 1]], ['sAddArray', 'one', []], ['sAddArray', 'two', ['k' => 'v']],
            ['sMembers', 'two'], ['sRem', 'one', 'a', 'b', 'none'], ['sRem', 'none', 'a'], ['sRem', 'one', 1], ['sIsMember', 'one', 2.5],
            ['sIsMember', 'one', 'none'], ['sIsMember', 'none', 'a'], ['sMisMember', 'one', 'x', 'none', ''], ['sMisMember', 'none', 'a', 'b'],
            ['sMembers', 'none'], ['sCard', 'none'], ['sPop', 'none'], ['sPop', 'none', 2], ['sRandMember', 'none'], ['sRandMember', 'none', 2],
            ['sRandMember', 'one', 100], ['sRandMember', 'one', 0], ['sRandMember', 'one', -2],
        ],
        'popped' => [
            ['sAdd', 'one', 'same'], ['sRandMember', 'one'], ['sRandMember', 'one', 2], ['sRandMember', 'one', -3], ['sPop', 'one'], ['exists', 'one'],
            ['sAdd', 'one', 'a', 'b', 'c'], ['sPop', 'one', 3], ['exists', 'one'], ['sAdd', 'one', 'a'], ['sPop', 'one', 0], ['sPop', 'one', -1],
            ['sPop', 'one', '1'], ['sAdd', 'one', 'a'], ['sPop', 'one', 10], ['set', 'one', 'x'], ['sPop', 'one'], ['sPop', 'one', 1], ['sPop'], ['sPop', 'one', 'x'],
        ],
        'combined' => [
            ['sAdd', 'one', 'a', 'b', 'c', '1', '2'], ['sAdd', 'two', 'b', 'c', 'd'], ['sAdd', 'six', 'c', '1'],
            ['sInter', 'one', 'two'], ['sInter', 'one', 'two', 'six'], ['sInter', ['one', 'two', 'six']], ['sInter', 'one'], ['sInter', 'one', 'none'],
            ['sUnion', 'one', 'two'], ['sUnion', ['two', 'six']], ['sUnion', 'none', 'one'], ['sUnion', 'none'], ['sDiff', 'one', 'two'],
            ['sDiff', ['one', 'two', 'six']], ['sDiff', 'none', 'one'], ['sDiff', 'one', 'none'], ['sDiff', 'one'], ['sInter', []], ['sUnion', []],
            ['sInterStore', 'two', 'one', 'two'], ['sMembers', 'two'], ['sUnionStore', 'nine', 'one', 'two', 'six'], ['sMembers', 'nine'],
            ['sDiffStore', 'one', 'one', 'six'], ['sMembers', 'one'], ['sDiffStore', 'nine', 'none'], ['exists', 'nine'], ['sInterStore', ['nine', 'one', 'two']],
            ['sUnionStore', 'nine'], ['sUnionStore', ['nine']], ['set', 'ten', 'x'], ['sInter', 'one', 'ten'], ['sUnion', 'one', 'ten'], ['sDiff', 'ten', 'one'],
            ['sUnionStore', 'ten', 'one'], ['type', 'ten'], ['set', 'eleven', 'x'], ['sUnionStore', 'nine', 'one', 'eleven'], ['sMembers', 'nine'],
            ['sInter', 7, 8.5], ['sInterStore', 'nine', 7], ['sUnion', 'one', ['two']],
        ],
        'moved' => [
            ['sAdd', 'one', 'a', 'b'], ['sMove', 'one', 'two', 'a'], ['sMove', 'one', 'two', 'none'], ['sMove', 'none', 'two', 'a'], ['sAdd', 'two', 'b'],
            ['sMove', 'one', 'two', 'b'], ['exists', 'one'], ['sMembers', 'two'], ['set', 'six', 'x'], ['sMove', 'two', 'six', 'a'], ['sMove', 'six', 'two', 'a'],
            ['sMove', 'two', 'two', 'a'], ['sMembers', 'two'],
        ],
        'scanned' => [
            ['sAdd', 'one', 'a', 'b', 'ab', '5'], ['sscan', 'one', new Variable('it')], ['sscan', 'one', new Variable('it')],
            ['sscan', 'one', new Variable('a'), 'a*'], ['sscan', 'none', new Variable('b')], ['@iterate', 'sscan', 'one'], ['@iterate', 'sScan', 'one', 'a*', 1],
        ],
    ],
];
