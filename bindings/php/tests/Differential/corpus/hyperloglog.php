<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

return [
    'samples' => [
        ['hyperloglog', 'pfadd', 'one', ['value', 'x']],
        ['hyperloglog', 'pfcount', 'one'],
        ['hyperloglog', 'pfcount', ['one', 'two', 'six']],
        ['hyperloglog', 'pfmerge', 'none', ['one', 'two']],
        ['hyperloglog', 'pfmerge', 'two', ['one', 'six']],
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
