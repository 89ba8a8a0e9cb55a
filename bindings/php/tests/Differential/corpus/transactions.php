<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

return [
    'scenarios' => [
        'a transaction' => [
            ['multi'], ['getMode'], ['set', 'one', 'a'], ['get', 'one'], ['incr', 'three'], ['hMset', 'seven', ['f' => 1]],
            ['hGetAll', 'seven'], ['hMget', 'seven', ['f', 'none']],
            ['zAdd', 'eight', 1.5, 'x'], ['zRange', 'eight', 0, -1, true], ['zScore', 'eight', 'x'], ['type', 'one'],
            ['exists', 'one'], ['expire', 'one', 100], ['ttl', 'one'],
            ['del', 'three'], ['mget', ['one', 'none' => 'nine']], ['sAdd', 'first', 'm'], ['sMembers', 'first'], ['get', 'second'],
            ['lPop', 'second'], ['exec'], ['getMode'], ['get', 'one'],
        ],
        'a pipeline' => [
            ['pipeline'], ['getMode'], ['set', 'one', 'a'], ['get', 'one'], ['incr', 'two'], ['hMset', 'six', ['f' => 1]],
            ['hGetAll', 'six'], ['hMget', 'six', ['f', 'none']],
            ['zAdd', 'four', 1.5, 'x'], ['zRange', 'four', 0, -1, true], ['zScore', 'four', 'x'], ['type', 'one'],
            ['exists', 'one'], ['expire', 'one', 100], ['ttl', 'one'],
            ['mset', ['one' => 1, 'two' => 2, 'nine' => 9]], ['mget', ['one', 'two', 'nine', 'ten']], ['del', 'one', 'two'],
            ['exec'], ['getMode'], ['mget', ['one', 'nine']],
        ],
        'only get' => [
            ['mset', ["a\xffb" => 1, "\xff" => 2, '' => 'empty', 'a' => "\xff"]],
            ['pipeline'], ['get', 'one'], ['get', 'none'], ['get', 'two'], ['exec'],
            ['pipeline'], ['get', 'one'], ['get', 'seven'], ['get', 'two'], ['exec'], ['getLastError'],
            ['pipeline'], ['get', "a\xffb"], ['get', "\xff"], ['get', ''], ['get', 'a'], ['get', 'b'], ['exec'],
            ['pipeline'], ['get', 'one'], ['exec'], ['pipeline'], ['get', "\xff"], ['exec'],
            ['pipeline'], ['get', 'one'], ['set', 'one', 'a'], ['get', 'one'], ['mget', ['one', "\xff"]], ['get', "\xff"], ['exec'],
            ['setOption', \Redis::OPT_PREFIX, "p\xff"], ['pipeline'], ['get', 'one'], ['get', 'two'], ['exec'],
            ['set', 'one', 'prefixed'], ['pipeline'], ['get', 'one'], ['get', 'two'], ['exec'], ['mget', ['one', 'two']],
        ],
        'a serializer set in between' => [
            ['set', 'one', \serialize([1, 2])], ['pipeline'], ['get', 'one'], ['set', 'two', 'plain'], ['get', 'two'],
            ['setOption', \Redis::OPT_SERIALIZER, \Redis::SERIALIZER_PHP], ['get', 'one'], ['set', 'six', 'packed'], ['exec'],
            ['setOption', \Redis::OPT_SERIALIZER, \Redis::SERIALIZER_NONE], ['get', 'six'],
        ],
        'modes of multi' => [
            ['multi', \Redis::MULTI], ['exec'], ['multi', \Redis::PIPELINE], ['exec'], ['multi', \Redis::ATOMIC], ['getMode'],
            ['multi', 7], ['getMode'], ['multi', 'x'], ['exec'],
        ],
        'empty' => [
            ['multi'], ['exec'], ['pipeline'], ['exec'], ['multi'], ['discard'], ['pipeline'], ['discard'], ['getMode'],
            ['get', 'one'],
        ],
        'exec without multi' => [['exec'], ['discard'], ['get', 'one'], ['exec'], ['unwatch'], ['getMode']],
        'a transaction in a pipeline' => [
            ['pipeline'], ['set', 'one', 'a'], ['multi'], ['getMode'], ['set', 'one', 'b'], ['get', 'one'], ['exec'], ['getMode'],
            ['get', 'one'], ['exec'], ['getMode'], ['get', 'one'],
        ],
        'multi twice' => [['multi'], ['set', 'one', 'a'], ['multi'], ['getMode'], ['get', 'one'], ['exec'], ['getMode']],
        'pipeline twice' => [['pipeline'], ['set', 'one', 'a'], ['pipeline'], ['get', 'one'], ['exec'], ['getMode']],
        'discarded' => [
            ['multi'], ['set', 'one', 'a'], ['discard'], ['getMode'], ['get', 'one'], ['pipeline'], ['set', 'one', 'a'],
            ['discard'], ['getMode'], ['get', 'one'],
        ],
        'an error in a transaction' => [
            ['set', 'one', 'x'], ['multi'], ['lPush', 'one', 'y'], ['get', 'one'], ['incr', 'one'], ['exec'], ['getLastError'],
            ['clearLastError'], ['getLastError'],
        ],
        'an error in a pipeline' => [
            ['set', 'one', 'x'], ['pipeline'], ['lPush', 'one', 'y'], ['get', 'one'], ['incr', 'one'], ['hGetAll', 'one'], ['exec'],
            ['getLastError'],
        ],
        'a wrong call' => [
            ['multi'], ['set', 'one', 'a'], ['get'], ['set', 'one'], ['mget', 'one'], ['hMset', 'one', []], ['mset', []],
            ['get', 'one'], ['exec'], ['getMode'],
        ],
        'a wrong call in a pipeline' => [
            ['pipeline'], ['set', 'one', 'a'], ['get'], ['mget', 'one'], ['del', []], ['hMget', 'one', []], ['get', 'one'],
            ['exec'], ['getMode'],
        ],
        'watched and unchanged' => [
            ['set', 'one', 'a'], ['watch', 'one'], ['get', 'one'], ['multi'], ['set', 'one', 'b'], ['exec'], ['get', 'one'],
        ],
        'watched and changed' => [
            ['set', 'one', 'a'], ['watch', 'one'], ['@other', 'SET', 'one', 'z'], ['multi'], ['set', 'one', 'b'], ['exec'],
            ['get', 'one'], ['multi'], ['set', 'one', 'c'], ['exec'],
        ],
        'watched, changed and unwatched' => [
            ['watch', ['one', 'three']], ['@other', 'SET', 'three', 'z'], ['unwatch'], ['multi'], ['set', 'one', 'b'], ['exec'],
            ['get', 'one'],
        ],
        'several watched' => [
            ['watch', 'one', 'three'], ['multi'], ['get', 'one'], ['exec'], ['watch', []], ['watch'], ['watch', ['one']],
            ['unwatch', 'x'], ['multi'], ['watch', 'one'], ['exec'],
        ],
        'several watched and changed' => [
            ['watch', 'one', 'three'], ['@other', 'SET', 'three', 'z'], ['multi'], ['get', 'one'], ['incr', 'three'], ['exec'],
            ['get', 'three'],
        ],
        'watched before a pipeline' => [
            ['set', 'one', 'a'], ['watch', 'one'], ['pipeline'], ['get', 'one'], ['watch', 'three'], ['unwatch'], ['exec'],
        ],
        'scripts and raw commands' => [
            ['multi'], ['eval', 'return {KEYS[1], 7, false}', ['one'], 1], ['rawCommand', 'set', 'one', 'x'],
            ['rawCommand', 'get', 'one'], ['exec'],
            ['pipeline'], ['eval', 'return {KEYS[1], 7, false}', ['two'], 1], ['rawCommand', 'set', 'two', 'x'],
            ['rawCommand', 'get', 'six'], ['exec'],
        ],
        'serialized' => [
            ['setOption', \Redis::OPT_SERIALIZER, \Redis::SERIALIZER_PHP], ['multi'], ['set', 'one', ['a' => 1]], ['get', 'one'],
            ['rPush', 'three', 1, [2]], ['lRange', 'three', 0, -1], ['exec'],
            ['pipeline'], ['mset', ['one' => 1.5, 'two' => [2]]], ['mget', ['one', 'two', 'six']], ['hSet', 'six', 'f', [3]],
            ['hGetAll', 'six'], ['exec'],
        ],
        'prefixed' => [
            ['setOption', \Redis::OPT_PREFIX, 'p:'], ['pipeline'], ['mset', ['one' => 1, 'two' => 2]], ['mget', ['one', 'two']],
            ['keys', '*'], ['exec'], ['multi'], ['set', 'one', 'x'],
            ['get', 'one'], ['exec'], ['watch', 'one'], ['multi'], ['getSet', 'one', 'y'], ['exec'],
        ],
        'options changed inside' => [
            ['multi'], ['setOption', \Redis::OPT_SERIALIZER, \Redis::SERIALIZER_PHP], ['set', 'one', [1]],
            ['getOption', \Redis::OPT_SERIALIZER], ['get', 'one'], ['_prefix', 'x'],
            ['getLastError'], ['_serialize', 'x'], ['isConnected'], ['exec'],
        ],
        'many commands' => [
            ['pipeline'], ...\array_map(static fn (int $i): array => ['set', "key$i", $i], \range(1, 300)), ['exec'],
            ['mget', ['key1', 'key300']],
        ],
        'commands about servers' => [
            ['pipeline'], ['ping'], ['echo', 'x'], ['time'], ['dbSize'], ['exec'], ['multi'], ['ping'], ['echo', 'x'], ['exec'],
        ],
        'commands for all nodes in a transaction' => [
            ['mset', ['one' => 1, 'two' => 2, 'six' => 6]], ['multi'], ['set', 'one', 'x'], ['dbSize'], ['keys', '*'], ['time'], ['echo', 'x'],
            ['info', 'keyspace'], ['lastSave'], ['config', 'GET', 'maxmemory-policy'], ['slowlog', 'len'], ['script', 'exists', 'a'],
            ['get', 'one'], ['exec'], ['getMode'],
            ['multi'], ['flushDB'], ['dbSize'], ['exec'], ['dbSize'],
            ['mset', ['one' => 1, 'two' => 2]], ['multi'], ['flushAll'], ['set', 'one', 'x'], ['exec'], ['multi'], ['dbSize'], ['discard'],
        ],
        'another database in a transaction' => [
            ['set', 'one', 'a'], ['multi'], ['select', 1], ['set', 'one', 'b'], ['exec'], ['get', 'one'], ['multi'], ['get', 'one'], ['exec'],
            ['select', 0], ['get', 'one'], ['multi'], ['select', 1], ['discard'], ['get', 'one'], ['multi'], ['select', 99], ['exec'],
            ['get', 'one'],
        ],
        'flushes' => [
            ['mset', ['one' => 1, 'two' => 2]], ['pipeline'], ['flushDB'], ['exec'], ['dbSize'], ['mset', ['one' => 1, 'two' => 2]],
            ['pipeline'], ['flushAll'], ['get', 'one'], ['exec'], ['dbSize'],
        ],
    ],
];
