<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

// Every method with unsuitable arguments: the errors must have the text of phpredis. Methods that block, change the state of a server, or
// connect to another server are left out.
$excluded = [
    '__construct', '__destruct', 'blpop', 'brpop', 'brpoplpush', 'bzpopmax', 'bzpopmin', 'connect', 'open', 'pconnect', 'popen',
    'subscribe', 'psubscribe', 'slaveof', 'migrate', 'save', 'bgsave',
    'bgrewriteaof', 'xread', 'xreadgroup', 'wait', 'close', 'client', 'config', 'debug', 'script', 'acl', 'multi', 'pipeline',
    'auth', 'select', 'swapdb', 'setoption', 'command', 'rawcommand',
];
$scenarios = [];
foreach (\array_map(strtolower(...), \get_class_methods(\Redis::class)) as $method) {
    if (!\in_array($method, $excluded, true)) {
        $scenarios[$method] = [
            [$method], [$method, null], [$method, 'one'], [$method, 7], [$method, ['one', 'two']], [$method, []],
            [$method, 'one', 'x'], [$method, 'one', ['x']], [$method, 'one', null],
            [$method, 'one', 'two', 'x'], [$method, 'one', 1, 2], [$method, new \stdClass()], [$method, 'one', new \stdClass()],
            [$method, 1.5, 2.5, 3.5], [$method, 'one', 'x', 'y', 'z'],
        ];
    }
}
$scenarios['unknown methods'] = [['noSuchMethod'], ['noSuchMethod', 'one']];
$scenarios['arguments by name'] = [['set', 'key' => 'one', 'value' => 'x'], ['get', 'key' => 'one'], ['get', 'what' => 'one']];
$scenarios['stringable objects'] = [
    ['set', new \SplFileInfo('one'), new \SplFileInfo('text')], ['get', 'one'], ['get', new \SplFileInfo('one')],
    ['mget', [new \SplFileInfo('one')]], ['rPush', 'two', new \SplFileInfo('x')],
    ['lRange', 'two', 0, -1], ['hMset', 'six', ['f' => new \SplFileInfo('x')]], ['del', [new \SplFileInfo('one')]],
    ['set', 'one', static fn (): int => 1],
];

return ['scenarios' => $scenarios];
