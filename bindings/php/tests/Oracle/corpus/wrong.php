<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

// Every method without arguments, and with one, two and three of a kind: what is wrong about it must be said in phpredis' words.
// Left out are those that wait, that change what a server does, or that reach for another server.
$left = [
    '__construct', '__destruct', 'blpop', 'brpop', 'brpoplpush', 'bzpopmax', 'bzpopmin', 'connect', 'open', 'pconnect', 'popen',
    'subscribe', 'psubscribe', 'slaveof', 'migrate', 'save', 'bgsave',
    'bgrewriteaof', 'xread', 'xreadgroup', 'wait', 'close', 'client', 'config', 'debug', 'script', 'acl', 'multi', 'pipeline',
    'auth', 'select', 'swapdb', 'setoption', 'command', 'rawcommand',
];
$scenarios = [];
foreach (\array_map(strtolower(...), \get_class_methods(\Redis::class)) as $method) {
    if (!\in_array($method, $left, true)) {
        $scenarios[$method] = [
            [$method], [$method, null], [$method, 'one'], [$method, 7], [$method, ['one', 'two']], [$method, []],
            [$method, 'one', 'x'], [$method, 'one', ['x']], [$method, 'one', null],
            [$method, 'one', 'two', 'x'], [$method, 'one', 1, 2], [$method, new \stdClass()], [$method, 'one', new \stdClass()],
            [$method, 1.5, 2.5, 3.5], [$method, 'one', 'x', 'y', 'z'],
        ];
    }
}
$scenarios['methods that are not there'] = [['noSuchMethod'], ['noSuchMethod', 'one']];
$scenarios['arguments by name'] = [['set', 'key' => 'one', 'value' => 'x'], ['get', 'key' => 'one'], ['get', 'what' => 'one']];
$scenarios['objects that are text'] = [
    ['set', new \SplFileInfo('one'), new \SplFileInfo('text')], ['get', 'one'], ['get', new \SplFileInfo('one')],
    ['mget', [new \SplFileInfo('one')]], ['rPush', 'two', new \SplFileInfo('x')],
    ['lRange', 'two', 0, -1], ['hMset', 'six', ['f' => new \SplFileInfo('x')]], ['del', [new \SplFileInfo('one')]],
    ['set', 'one', static fn (): int => 1],
];

return ['scenarios' => $scenarios];
