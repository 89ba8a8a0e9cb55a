<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

return [
    'samples' => [
        ['list', 'lPush', 'one', 'value'],
        ['list', 'rPush', 'one', 'value', 'second'],
        ['list', 'lPushx', 'one', 'value'],
        ['list', 'rPushx', 'one', 'value'],
        ['list', 'lPop', 'one'],
        ['list', 'rPop', 'one'],
        ['list', 'lLen', 'one'],
        ['list', 'lSize', 'one'],
        ['list', 'lindex', 'one', 1],
        ['list', 'lGet', 'one', -1],
        ['list', 'lSet', 'one', 1, 'value'],
        ['list', 'lrange', 'one', 0, -1],
        ['list', 'lGetRange', 'one', 1, 2],
        ['list', 'ltrim', 'one', 1, 2],
        ['list', 'listTrim', 'one', 0, 1],
        ['list', 'lrem', 'one', 'b', 1],
        ['list', 'lRemove', 'one', 'b', 0],
        ['list', 'lInsert', 'one', 'before', 'b', 'value'],
        ['list', 'lInsert', 'one', \Redis::AFTER, 'none', 'value'],
        ['list', 'rpoplpush', 'one', 'two'],
        ['list', 'rpoplpush', 'one', 'one'],
        ['list', 'rpoplpush', 'one', 'none'],
    ],
    'scenarios' => [
        'pushed' => [
            ['rPush', 'one', 'a'], ['rPush', 'one', 'b', 'c'], ['lPush', 'one', 'z', 'y'],
            ['rPush', 'one', 1, 2.5, true, false, null, ''],
            ['lRange', 'one', 0, -1], ['lPushx', 'none', 'x'], ['rPushx', 'none', 'x'], ['rPushx', 'one', 'x'],
            ['lPushx', 'one', 'x', 'y'],
            ['rPush', 'one', ['a']], ['rPush', 'one'], ['rPush', 'two', "\0\xff"], ['lRange', 'two', 0, -1], ['lLen', 'one'],
            ['lLen', 'none'],
            ['lIndex', 'one', 0], ['lIndex', 'one', -1], ['lIndex', 'one', 100], ['lIndex', 'none', 0], ['lSet', 'one', 0, 'new'],
            ['lSet', 'one', 100, 'new'], ['lSet', 'none', 0, 'new'], ['lRange', 'one', 2, 1], ['lRange', 'none', 0, -1],
            ['lRange', 'one', '0', '2'],
        ],
        'popped' => [
            ['rPush', 'one', 'a', 'b', 'c', 'd', 'e', '0', ''], ['lPop', 'one'], ['rPop', 'one'], ['rPop', 'one'],
            ['lPop', 'one', 2], ['rPop', 'one', 10],
            ['lPop', 'one'], ['rPop', 'none'], ['lPop', 'none', 2],
        ],
        'inserted and removed' => [
            ['rPush', 'one', 'a', 'b', 'a', 'c', 'a'], ['lInsert', 'one', 'after', 'b', 'x'], ['lInsert', 'one', 'BEFORE', 'a', 'y'],
            ['lInsert', 'one', 'AFTER', 'none', 'y'], ['lInsert', 'none', 'after', 'a', 'y'], ['lInsert', 'one', 'beside', 'a', 'y'],
            ['lInsert', 'one', '', 'a', 'y'], ['lRem', 'one', 'a', 1], ['lRem', 'one', 'a', -1], ['lRem', 'one', 'a', 0],
            ['lRem', 'one', 'none', 0],
            ['lRem', 'none', 'a', 0], ['lRem', 'one', 'b'], ['lRem', 'one', 'b', '1'], ['lTrim', 'one', 0, 0],
            ['lRange', 'one', 0, -1],
            ['lTrim', 'one', 5, 9], ['exists', 'one'], ['lTrim', 'none', 0, 1],
        ],
        'moved' => [
            ['rPush', 'one', 'a', '0', ''], ['rpoplpush', 'one', 'two'], ['rpoplpush', 'one', 'two'], ['rpoplpush', 'one', 'two'],
            ['rpoplpush', 'one', 'two'],
            ['lRange', 'two', 0, -1], ['rpoplpush', 'two', 'two'], ['rpoplpush', 'none', 'two'], ['set', 'six', 'x'],
            ['rpoplpush', 'two', 'six'],
            ['rpoplpush', 'six', 'two'], ['lRange', 'two', 0, -1], ['brpoplpush', 'two', 'one', 1], ['brpoplpush', 'two', 'six', 1],
            ['lRange', 'one', 0, -1], ['bRPopLPush', 'two', 'two', 1],
        ],
        'blocking pops' => [
            ['rPush', 'one', 'a', 'b', 'c', 'd'], ['rPush', 'six', 'x', 'y', '0', ''], ['blPop', 'one', 1], ['brPop', 'one', 1],
            ['blPop', ['one'], 1],
            ['blPop', ['two', 'one'], 1], ['blPop', 'two', 'six', 1], ['brPop', ['two', 'six', 'one'], 1], ['brPop', 'two', 'six', 1],
            ['blPop', ['six'], 1], ['set', 'three', 'x'], ['blPop', 'three', 1], ['blPop', ['three', 'two'], 1],
            ['blPop', [], 1], ['rPush', 'one', 'e', 'f'], ['blPop', 'one', -1],
        ],
        'blocking pops that time out' => [['blPop', ['one', 'two'], 1], ['set', 'one', 'x']],
    ],
];
