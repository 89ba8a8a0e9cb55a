<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

return [
    'samples' => [
        ['log', 'pfadd', 'one', ['value', 'x']],
        ['log', 'pfcount', 'one'],
        ['log', 'pfcount', ['one', 'two', 'six']],
        ['log', 'pfmerge', 'none', ['one', 'two']],
        ['log', 'pfmerge', 'two', ['one', 'six']],
    ],
    'scenarios' => [
        'counted' => [
            ['pfAdd', 'one', ['a', 'b']], ['pfAdd', 'one', ['a']], ['pfAdd', 'one', []], ['pfAdd', 'two', [1, 2.5, true, null, '']],
            ['pfAdd', 'one', 'x'],
            ['pfCount', 'one'], ['pfCount', ['one', 'two']], ['pfCount', ['one']], ['pfCount', 'none'], ['pfCount', []],
            ['pfCount', 7],
            ['pfMerge', 'six', ['one', 'two']], ['pfCount', 'six'], ['pfMerge', 'six', []], ['pfMerge', 'nine', ['none']],
            ['pfCount', 'nine'],
            ['set', 'ten', 'x'], ['pfCount', ['one', 'ten']], ['pfMerge', 'six', ['ten']], ['pfAdd', 'ten', ['a']],
            ['pfMerge', 'six', 'one'],
        ],
    ],
];
