<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

return [
    'samples' => [
        ['stream', 'xadd', 'one', '9-1', ['f' => 'value', 7 => 'value']],
        ['stream', 'xadd', 'one', '9-1', ['f' => 'value'], 2],
        ['stream', 'xadd', 'one', '9-1', ['f' => 'value'], 100, true],
        ['stream', 'xlen', 'one'],
        ['stream', 'xrange', 'one', '-', '+'],
        ['stream', 'xrange', 'one', '1-1', '+', 2],
        ['stream', 'xrevrange', 'one', '+', '-'],
        ['stream', 'xrevrange', 'one', '+', '-', 1],
        ['stream', 'xdel', 'one', ['1-1', '8-8']],
        ['stream', 'xtrim', 'one', 1],
        ['stream', 'xtrim', 'one', 1, false],
        ['stream', 'xread', ['one' => '0-0']],
        ['stream', 'xread', ['one' => '1-1', 'two' => '0-0'], 1],
        ['stream', 'xgroup', 'CREATE', 'one', 'other', '0'],
        ['stream', 'xgroup', 'create', 'none', 'other', '$', true],
        ['stream', 'xgroup', 'SETID', 'one', 'group', '1-1'],
        ['stream', 'xgroup', 'DELCONSUMER', 'one', 'group', 'somebody'],
        ['stream', 'xgroup', 'DESTROY', 'one', 'group'],
        ['stream', 'xreadgroup', 'group', 'me', ['one' => '>']],
        ['stream', 'xreadgroup', 'group', 'me', ['one' => '>', 'two' => '>'], 1],
        ['stream', 'xack', 'one', 'group', ['1-1', '2-1']],
        ['stream', 'xpending', 'one', 'group'],
        ['stream', 'xpending', 'one', 'group', '-', '+', 5],
        ['stream', 'xpending', 'one', 'group', '-', '+', 5, 'me'],
        ['stream', 'xclaim', 'one', 'group', 'me', 0, ['1-1']],
        ['stream', 'xinfo', 'stream', 'one'],
        ['stream', 'xinfo', 'GROUPS', 'one'],
        ['stream', 'xinfo', 'consumers', 'one', 'group'],
    ],
    'scenarios' => [
        'entries' => [
            ['xAdd', 'one', '1-1', ['a' => '1']], ['xAdd', 'one', '1-1', ['a' => '1']], ['xAdd', 'one', '2-1', ['b' => 2, 'c' => 2.5, 'd' => true, 'e' => null, 'f' => '']],
            ['xAdd', 'one', 'x', ['a' => '1']], ['xAdd', 'one', '3-1', []], ['xAdd', 'one', '3-1', ['x', 'y']], ['xAdd', 'one', '4-1', ['a' => ['b']]],
            ['xLen', 'one'], ['xLen', 'none'], ['xRange', 'one', '-', '+'], ['xRange', 'one', '2', '3'], ['xRange', 'one', '-', '+', 1], ['xRange', 'one', '+', '-'],
            ['xRange', 'none', '-', '+'], ['xRange', 'one', 'x', 'y'], ['xRange', 'one', '-', '+', 0], ['xRange', 'one', '-', '+', -1], ['xRevRange', 'one', '+', '-'],
            ['xRevRange', 'one', '+', '2', 1], ['xDel', 'one', ['1-1', '9-9']], ['xDel', 'one', []], ['xDel', 'one', ['x']], ['xAdd', 'one', '5-1', ['a' => 'b'], 2],
            ['xLen', 'one'], ['xAdd', 'one', '6-1', ['a' => 'b'], 1, false], ['xLen', 'one'], ['xTrim', 'one', 0], ['xTrim', 'none', 0], ['xAdd', 'two', '*', ['a' => 'b'], 0],
            ['xTrim', 'two', 10, true], ['xLen', 'two'], ['del', 'two'],
        ],
        'read' => [
            ['xAdd', 'one', '1-1', ['a' => '1']], ['xAdd', 'one', '2-1', ['b' => '2']], ['xAdd', 'two', '1-1', ['x' => 'y']], ['xAdd', 'six', '1-5', ['7' => '8']],
            ['xRead', ['one' => '0']], ['xRead', ['one' => '0', 'two' => '0', 'six' => '0']], ['xRead', ['six' => '0', 'one' => '1-1']], ['xRead', ['one' => '9']],
            ['xRead', ['one' => '0'], 1], ['xRead', ['one' => '0', 'two' => '0'], 1, 1], ['xRead', ['one' => '$'], null, 5], ['xRead', ['one' => '$'], 1, 5],
            ['xRead', ['none' => '0']], ['xRead', []], ['xRead', ['one']], ['xRead', ['one' => 'x']], ['xRead', ['one' => 0]], ['xRead', ['one' => 1.5]], ['xRead', 'one'],
        ],
        'groups' => [
            ['xAdd', 'one', '1-1', ['a' => '1']], ['xAdd', 'one', '2-1', ['b' => '2']], ['xAdd', 'two', '1-1', ['x' => 'y']], ['xGroup', 'CREATE', 'one', 'g', '0'],
            ['xGroup', 'CREATE', 'one', 'g', '0'], ['xGroup', 'CREATE', 'two', 'g', '0'], ['xGroup', 'CREATE', 'six', 'g', '$'], ['xGroup', 'CREATE', 'six', 'g', '$', true],
            ['xReadGroup', 'g', 'me', ['one' => '>'], 1], ['xReadGroup', 'g', 'me', ['one' => '>', 'two' => '>', 'six' => '>']], ['xReadGroup', 'g', 'me', ['one' => '>']],
            ['xReadGroup', 'g', 'me', ['one' => '0']], ['xReadGroup', 'g', 'me', ['one' => '0', 'two' => '0'], 1], ['xReadGroup', 'none', 'me', ['one' => '>']],
            ['xReadGroup', 'g', 'me', ['none' => '>']], ['xReadGroup', 'g', 'me', []], ['xReadGroup', 'g', 'me', ['one' => '>'], 1, 5],
            ['xPending', 'one', 'g'], ['xPending', 'one', 'g', '-', '+', 10], ['xPending', 'one', 'g', '-', '+', 10, 'me'], ['xPending', 'one', 'g', '-', '+', 10, 'you'],
            ['xPending', 'one', 'none'], ['xPending', 'none', 'g'], ['xPending', 'six', 'g'], ['xAck', 'one', 'g', ['1-1']], ['xAck', 'one', 'g', ['1-1', '9-9']], ['xAck', 'one', 'g', []],
            ['xAck', 'one', 'none', ['1-1']], ['xClaim', 'one', 'g', 'you', 0, ['2-1']], ['xClaim', 'one', 'g', 'you', 0, ['2-1'], ['JUSTID']],
            ['xClaim', 'one', 'g', 'you', 100000, ['2-1'], ['IDLE' => 5, 'RETRYCOUNT' => 3, 'FORCE']], ['xClaim', 'one', 'g', 'me', 0, ['2-1'], ['TIME' => 1000, 'RETRYCOUNT' => 7]],
            ['xClaim', 'one', 'g', 'me', 0, []], ['xClaim', 'one', 'g', 'me', 0, ['2-1'], ['what']], ['xClaim', 'one', 'none', 'me', 0, ['2-1']],
            ['xGroup', 'SETID', 'one', 'g', '0'], ['xGroup', 'CREATECONSUMER', 'one', 'g', 'new'], ['xGroup', 'DELCONSUMER', 'one', 'g', 'you'], ['xGroup', 'DELCONSUMER', 'one', 'g', 'nobody'],
            ['xGroup', 'HELP'], ['xGroup', 'WHAT', 'one', 'g'], ['xGroup', 'DESTROY', 'one', 'g'], ['xGroup', 'DESTROY', 'one', 'g'], ['xGroup', 'CREATE', 'one'], ['xGroup'],
        ],
        'told about' => [
            ['xAdd', 'one', '1-1', ['a' => '1']], ['xGroup', 'CREATE', 'one', 'g', '0'], ['xReadGroup', 'g', 'me', ['one' => '>']], ['xInfo', 'STREAM', 'one'],
            ['xInfo', 'GROUPS', 'one'], ['xInfo', 'groups', 'none'], ['xInfo', 'STREAM', 'none'], ['xInfo', 'HELP'], ['xInfo', 'WHAT', 'one'], ['xInfo', 'CONSUMERS', 'one', 'none'], ['xInfo'],
        ],
    ],
];
