<?php

declare(strict_types=1);

// Methods and arguments that phpredis 6 added: compared with phpredis 6 only.

namespace RedisCluster\Tests\Differential;

return [
    'scenarios' => [
        'lists' => [
            ['rPush', 'one', 'a', 'b', 'c', 'd'], ['lMPop', ['one'], 'LEFT'], ['lMPop', ['none', 'one'], 'RIGHT', 2], ['lMPop', ['none'], 'LEFT'],
            ['lmpop', ['one'], 'UP'], ['lmpop', [], 'LEFT'], ['lmpop', ['one'], 'LEFT', 0], ['blmpop', 0.1, ['none', 'one'], 'LEFT'],
            ['blmpop', 0.1, ['none', 'one'], 'LEFT'], ['blmpop', 0.1, ['one'], 'LEFT', -1], ['rPush', 'two', 'a', 'b', 'a'], ['lPos', 'two', 'a'],
            ['lPos', 'two', 'a', ['count' => 2]], ['lPos', 'two', 'a', ['rank' => -1, 'maxlen' => 5]], ['lPos', 'none', 'a'], ['lPop', 'two', 2],
            ['lPop', 'none', 2], ['rPop', 'two', 5], ['lMove', 'none', 'one', 'LEFT', 'RIGHT'], ['rPush', 'six', 'x', 'y'],
            ['lMove', 'six', 'two', 'LEFT', 'RIGHT'], ['blMove', 'six', 'two', 'RIGHT', 'LEFT', 0.1], ['lRange', 'two', 0, -1],
            ['setOption', \Redis::OPT_NULL_MULTIBULK_AS_NULL, true], ['lPop', 'none', 2], ['lPos', 'none', 'a'], ['lMPop', ['none'], 'LEFT'],
        ],
        'sorted sets' => [
            ['zAdd', 'one', 1, 'a', 2, 'b', 3, 'c'], ['zAdd', 'two', 10, 'b', 20, 'd'], ['zMPop', ['none', 'one'], 'MIN'], ['zmpop', ['one'], 'x'],
            ['zmpop', ['one'], 'MAX', 0], ['zAdd', 'one', 1, 'a'], ['bzmpop', 0.1, ['none', 'one'], 'MAX'], ['bzmpop', 0.1, ['none'], 'MIN'],
            ['zInterCard', ['one', 'two']], ['zInterCard', ['one', 'two'], 1], ['zInterCard', ['one', 'two'], -1], ['zDiff', ['one', 'two']],
            ['zDiff', ['one', 'two'], ['withscores' => true]], ['zDiffStore', 'six', ['one', 'two']], ['zUnion', ['one', 'two']],
            ['zUnion', ['one', 'two'], [2, 3], ['withscores' => true]], ['zInter', ['one', 'two'], null, ['withscores' => true, 'aggregate' => 'max']],
            ['zMscore', 'two', 'b', 'none'], ['zRandMember', 'none'], ['zRandMember', 'none', ['count' => 2]], ['zRangeStore', 'six', 'two', 0, 0],
            ['zRange', 'six', 0, -1, true], ['zRange', 'two', 0, -1, ['rev']], ['zRange', 'two', 0, -1, ['rev' => true]],
            ['zAdd', 'ten', 1, 'a'], ['zRandMember', 'ten', ['count' => 0]], ['zRandMember', 'ten', ['count' => 1, 'withscores' => true]],
            ['zRange', 'two', '10', '20', ['byscore', 'withscores' => true]],
        ],
        'sets' => [
            ['sAdd', 'one', 'a', 'b'], ['sAdd', 'two', 'b', 'c'], ['sInterCard', ['one', 'two']], ['sInterCard', ['one', 'two'], -1],
            ['sInterCard', ['one', 'two'], 1], ['sInterCard', []], ['sInterCard', ['none', 'two']], ['sMisMember', 'one', 'a', 'c'],
        ],
        'hashes' => [
            ['hSet', 'one', 'a', '1', 'b', '2'], ['hSet', 'one', ['c' => 3, 'd' => 4]], ['hGetAll', 'one'], ['hRandField', 'none'],
            ['hRandField', 'none', ['count' => 2]], ['del', 'one'], ['hSet', 'one', ['a' => 1]],
            ['hRandField', 'one', ['count' => 0]], ['hRandField', 'one', ['count' => 0, 'withvalues' => true]], ['hRandField', 'one'],
            ['hRandField', 'one', ['count' => 3]], ['hRandField', 'one', ['count' => 1, 'withvalues' => true]],
            ['setOption', \Redis::OPT_SERIALIZER, \Redis::SERIALIZER_PHP], ['hSet', 'two', 'f', [1]], ['hRandField', 'two'],
            ['hRandField', 'two', ['count' => 1, 'withvalues' => true]],
        ],
        'strings' => [
            ['set', 'one', 'value'], ['copy', 'one', 'two'], ['copy', 'one', 'two'], ['copy', 'one', 'two', ['REPLACE' => true]], ['getDel', 'two'],
            ['getDel', 'two'], ['getEx', 'one', ['EX' => 100]], ['getEx', 'one', ['PERSIST' => true]], ['getEx', 'one'], ['getEx', 'none'],
            ['set', 'six', 'vague'], ['lcs', 'one', 'six'], ['lcs', 'one', 'six', ['len' => true]], ['lcs', 'one', 'six', ['idx' => true]],
            ['expire', 'one', 10, 'sometimes'], ['expire', 'one', 100, 'NX'], ['expire', 'one', 10, 'gt'], ['expire', 'one', 10, 'LT'],
            ['expireTime', 'none'], ['pExpireTime', 'six'], ['getWithMeta', 'six'], ['getWithMeta', 'none'], ['pfCount', ['none', 'none2']],
            ['sort_ro', 'none'], ['object', 'encoding', 'one'],
        ],
        'streams of groups' => [
            ['xAdd', 'one', '1-1', ['a' => '1']], ['xAdd', 'one', '2-1', ['b' => '2']], ['xGroup', 'CREATE', 'one', 'g', '0'],
            ['xGroup', 'CREATECONSUMER', 'one', 'g', 'me'], ['xGroup', 'CREATECONSUMER', 'one', 'g', 'me'], ['xGroup', 'DELCONSUMER', 'one', 'g', 'me'],
            ['xReadGroup', 'g', 'me', ['one' => '>'], -1], ['xReadGroup', 'g', 'me', ['one' => '>'], 1, -1], ['xReadGroup', 'g', 'me', ['one' => '>'], 1],
            ['xAutoClaim', 'one', 'g', 'you', 0, '0-0'], ['xAutoClaim', 'one', 'g', 'me', 0, '0-0', 1, true], ['xInfo', 'STREAM', 'one', null],
            ['xTrim', 'one', '1', false, false, 100], ['xTrim', 'one', '0', true, true, 10], ['xLen', 'one'],
        ],
        'places' => [
            ['geoAdd', 'one', 15, 37, 'Catania', 13.5, 38, 'Palermo'], ['geoSearch', 'one', [15, 37], 300, 'km', ['asc']],
            ['geoSearch', 'one', 'Catania', [100, 200], 'km', ['withdist']], ['geosearchstore', 'two', 'one', 'Catania', 300, 'km'],
            ['zCard', 'two'], ['geoSearch', 'none', [15, 37], 300, 'km'],
        ],
        'scripts' => [
            ['eval_ro', 'return KEYS[1]', ['one'], 1], ['evalsha_ro', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', ['one'], 1], ['function', 'stats'],
            ['function', 'list'],
        ],
        'channels' => [
            ['pubsub', 'numsub'], ['pubsub', 'numsub', ['one', 'two']], ['pubsub', 'shardnumsub', ['one']], ['pubsub', 'shardchannels'], ['sPublish', 'one', 'x'],
        ],
    ],
];
