<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

// phpredis 5.3 ends a subscription only when the connection is closed.
$closeConnection = static function (object $redis): void {
    $redis->close();
};

return [
    'samples' => [
        ['string', 'ping'],
        ['string', 'ping', 'hello'],
        ['string', 'echo', 'hello'],
        ['string', 'sendEcho', 'hello'],
        ['string', 'time'],
        ['string', 'info'],
        ['string', 'info', 'memory'],
        ['string', 'lastSave'],
        ['string', 'flushDB'],
        ['string', 'flushAll'],
        ['string', 'flushAll', true],
        ['string', 'flushDB', false],
        ['string', 'select', 0],
        ['string', 'publish', 'channel', 'value'],
        ['string', 'pubsub', 'channels'],
        ['string', 'pubsub', 'channels', '*'],
        ['string', 'pubsub', 'numsub', 'a', 'b'],
        ['string', 'pubsub', 'numpat'],
        ['string', 'rawcommand', 'get', 'one'],
        ['string', 'rawcommand', 'set', 'one', 'value'],
        ['string', 'getMode'],
        ['string', 'getLastError'],
        ['string', 'clearLastError'],
        ['string', 'isConnected'],
        ['string', 'getHost'],
        ['string', 'getPort'],
        ['string', 'getDBNum'],
        ['string', 'getTimeout'],
        ['string', 'getReadTimeout'],
        ['string', 'getAuth'],
        ['string', 'getPersistentID'],
        ['string', 'getOption', \Redis::OPT_PREFIX],
        ['string', 'setOption', \Redis::OPT_PREFIX, ''],
        ['string', '_prefix', 'one'],
        ['string', '_serialize', 'value'],
        ['string', '_unserialize', 'value'],
        ['string', '_pack', 'value'],
        ['string', '_unpack', 'value'],
        ['string', '_compress', 'value'],
        ['string', '_uncompress', 'value'],
        ['string', 'slowlog', 'len'],
        ['string', 'unwatch'],
        ['string', 'watch', 'one'],
        ['string', 'discard'],
    ],
    'scenarios' => [
        'server information' => [
            ['ping'], ['ping', ''], ['ping', 'x'], ['echo', ''], ['time'], ['info'], ['info', 'server'], ['info', 'commandstats'],
            ['info', 'what'], ['lastSave'], ['dbSize'], ['role'], ['wait', 0, 10],
            ['wait', 1, 1], ['command', 'count'], ['command', 'info', 'get'], ['command', 'getkeys', 'get', 'one'],
            ['command', 'what'], ['slowlog', 'len'], ['slowlog', 'get'], ['slowlog', 'get', 1],
            ['slowlog', 'reset'], ['slowlog', 'what'], ['acl', 'whoami'], ['acl', 'users'], ['acl', 'cat'],
            ['acl', 'cat', 'string'], ['acl', 'getuser', 'default'], ['acl', 'list'], ['acl', 'genpass'],
            ['acl', 'deluser', 'nobody'], ['acl', 'what'], ['acl', 'log'],
        ],
        'configured' => [
            ['config', 'get', 'maxmemory'], ['config', 'GET', 'maxmemory*'], ['config', 'get', 'none'],
            ['config', 'set', 'maxmemory-samples', 5], ['config', 'set', 'maxmemory-samples', '5'],
            ['config', 'set', 'none', 'x'], ['config', 'resetstat'], ['config', 'rewrite'], ['config', 'what', 'x'],
            ['config', 'get'], ['config', 'resetstat', 'x'], ['config'],
        ],
        'clients' => [
            ['client', 'getname'], ['client', 'setname', 'somebody'], ['client', 'getname'], ['client', 'list'], ['client', 'id'],
            ['client', 'what'], ['client', 'kill', '127.0.0.1:1'], ['client'],
            ['client', 'setname'], ['client', 'setname', ''], ['client', 'setname', 'a b'],
        ],
        'saved' => [['save'], ['bgSave'], ['@sleep', 300], ['bgrewriteaof'], ['@sleep', 300], ['lastSave'], ['set', 'one', 'x']],
        'state' => [
            ['isConnected'], ['getHost'], ['getPort'], ['getDBNum'], ['getTimeout'], ['getReadTimeout'], ['getAuth'],
            ['getPersistentID'], ['getMode'], ['getLastError'], ['rPush', 'one', 'x'],
            ['get', 'one'], ['getLastError'], ['llen', 'one'], ['getLastError'], ['clearLastError'], ['getLastError'],
            ['incr', 'one'], ['getLastError'],
        ],
        'raw commands' => [
            ['rawCommand', 'set', 'one', 'x'], ['rawCommand', 'get', 'one'], ['rawCommand', 'GET', 'none'],
            ['rawCommand', 'del', 'one', 'two'], ['rawCommand', 'lpush', 'one', 1, 2.5, true, null, ''],
            ['rawCommand', 'lrange', 'one', 0, -1], ['rawCommand', 'hset', 'two', 'f', 'v'], ['rawCommand', 'hgetall', 'two'],
            ['rawCommand', 'mget', 'one', 'two'], ['rawCommand', 'zadd', 'six', '1.5', 'm'],
            ['rawCommand', 'zrange', 'six', '0', '-1', 'withscores'], ['rawCommand', 'zscore', 'six', 'm'],
            ['rawCommand', 'incr', 'one'], ['rawCommand', 'what', 'one'], ['rawCommand', 'get'],
            ['rawCommand'], ['rawCommand', ''], ['rawCommand', 'get', ['one']], ['rawCommand', 'lpop', 'none', '2'],
            ['rawCommand', 'object', 'encoding', 'one'], ['rawCommand', 'geopos', 'six', 'm', 'none'],
            ['rawCommand', 'blpop', 'one', 'six', '1'], ['rawCommand', 'xadd', 'nine', '1-1', 'a', 'b'],
            ['rawCommand', 'xrange', 'nine', '-', '+'], ['rawCommand', 'xinfo', 'groups', 'nine'],
        ],
        'published' => [
            ['publish', 'channel', 'x'], ['publish', '', ''], ['publish', 7, 8], ['pubsub', 'channels'],
            ['pubsub', 'channels', 'a*'], ['pubsub', 'numsub', ['a', 'b']], ['pubsub', 'numsub', 'a'],
            ['pubsub', 'numsub'], ['pubsub', 'numpat'], ['pubsub', 'what'], ['pubsub'], ['pubsub', 'channels', 'a', 'b'],
        ],
        'subscribed' => [['@publish', 'channel', 'first'], ['subscribe', ['channel'], $closeConnection]],
        'subscribed by pattern' => [['@publish', 'channel', 'first'], ['psubscribe', ['chan*'], $closeConnection]],
        'subscribed wrongly' => [
            ['subscribe', [], $closeConnection], ['subscribe', 'channel', $closeConnection], ['subscribe', ['channel'], 'no function'],
            ['subscribe', ['channel']], ['subscribe'], ['psubscribe', 'x', $closeConnection], ['psubscribe', ['x'], null],
            ['unsubscribe', ['channel']], ['unsubscribe', 'channel'], ['unsubscribe'], ['punsubscribe', ['channel']],
            ['unsubscribe', []],
        ],
        'connected again' => [['connect', ''], ['get', 'one']],
        'closed' => [
            ['set', 'one', 'x'], ['close'], ['isConnected'], ['close'], ['get', 'one'], ['getHost'], ['getPort'], ['getMode'],
        ],
        'wrong passwords' => [
            ['auth', 'wrong'], ['auth', ['user', 'wrong']], ['auth', []], ['auth', ''], ['auth', ['a', 'b', 'c']], ['auth', null],
            ['auth'], ['getAuth'], ['get', 'one'],
        ],
        'debugged' => [['set', 'one', 'x'], ['debug', 'one'], ['debug', 'none'], ['debug'], ['debug', []]],
        'replicated' => [['slaveof'], ['set', 'one', 'x']],
        'migrated' => [
            ['set', 'one', 'x'], ['migrate', '127.0.0.1', 1, 'one', 0, 100], ['migrate', '127.0.0.1', 1, 'none', 0, 100],
            ['migrate', '127.0.0.1', 1, ['one', 'three'], 0, 100, true, true],
            ['migrate', '127.0.0.1'], ['migrate'], ['migrate', '127.0.0.1', 0, 'one', 0, 100],
            ['migrate', '127.0.0.1', 1, [], 0, 100], ['get', 'one'],
        ],
        'connected' => [
            ['connect'], ['pconnect'], ['open'], ['popen'], ['connect', []], ['connect', '127.0.0.1', 'x'],
            ['connect', '127.0.0.1', 1], ['pconnect', '127.0.0.1', 1], ['open', '127.0.0.1', 1],
            ['popen', '127.0.0.1', 1], ['connect', '127.0.0.1', 70000], ['connect', '127.0.0.1', 1, -1], ['isConnected'],
        ],
        'swapped' => [
            ['set', 'one', 'x'], ['swapdb', 0, 1], ['exists', 'one'], ['swapdb', '0', '1'], ['exists', 'one'], ['swapdb', 0, 0],
            ['swapdb', 0, 99], ['swapdb', 0], ['swapdb', 'a', 'b'],
        ],
        'flushed' => [
            ['mset', ['one' => 1, 'two' => 2, 'six' => 3]], ['flushDB'], ['dbSize'], ['set', 'one', 'x'], ['flushAll'], ['dbSize'],
            ['flushAll', true], ['flushAll', false], ['flushDB', true],
            ['flushAll', null], ['flushAll', 'x'], ['flushAll', []], ['dbSize', 'x'],
        ],
        'constructed again' => [['__construct'], ['get', 'one'], ['__destruct'], ['get', 'one']],
    ],
];
