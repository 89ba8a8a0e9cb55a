<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

$set = "return redis.call('set', KEYS[1], ARGV[1])";
$sum = 'return #KEYS + #ARGV';

return [
    'samples' => [
        ['string', 'eval', 'return {KEYS[1], ARGV[1]}', ['one', 'value'], 1],
        ['string', 'evaluate', $set, ['one', 'value'], 1],
        ['string', 'evalsha', \sha1('never loaded'), ['one', 'value'], 1],
        ['string', 'evaluateSha', \sha1('none'), ['one'], 1],
        ['string', 'script', 'load', $set],
        ['string', 'script', 'exists', \sha1($set), \sha1('none')],
        ['string', 'script', 'flush'],
    ],
    'scenarios' => [
        'values' => [
            ['eval', 'return 1', ['one'], 1], ['eval', "return 'text'", ['one'], 1], ['eval', 'return nil', ['one'], 1],
            ['eval', 'return true', ['one'], 1],
            ['eval', 'return false', ['one'], 1], ['eval', 'return 1.9', ['one'], 1], ['eval', 'return {}', ['one'], 1],
            ['eval', "return {1, 'two', {3, {4}}, true}", ['one'], 1],
            ['eval', 'return {1, nil, 3}', ['one'], 1], ['eval', "return {false, 'x'}", ['one'], 1],
            ['eval', "return {ok = 'FINE'}", ['one'], 1], ['eval', "return {err = 'MINE is broken'}", ['one'], 1],
            ['eval', "return redis.status_reply('X')", ['one'], 1], ['eval', "return redis.error_reply('Y')", ['one'], 1],
            ['eval', "return {1, redis.status_reply('X'), redis.error_reply('Z z')}", ['one'], 1],
            ['eval', 'this is no script', ['one'], 1], ['eval', "return redis.call('what')", ['one'], 1],
            ['eval', "return redis.call('lpush', KEYS[1], 'x')", ['one'], 1],
            ['eval', "return redis.call('get', KEYS[1])", ['one'], 1], ['eval', "return redis.pcall('get', KEYS[1])", ['one'], 1],
            ['eval', 'return {KEYS[1], ARGV[1], ARGV[2]}', ['one', 2, 2.5], 1], ['eval', 'return ARGV[1]', ['one', true], 1],
            ['eval', 'return ARGV[1]', ['one', null], 1],
            ['eval', 'return ARGV', ['one', ''], 1], ['eval', $sum, ['one', 'a', 'b'], 1], ['eval', $sum, ['one', 'three', 'a'], 2],
            ['eval', $sum, ['one'], 5], ['eval', $sum, ['one'], -1],
            ['eval', 'return ARGV[1]', ['x' => 'one', 'y' => 'two'], 1], ['eval', $sum, 'one', 1],
            ['eval', 'return ARGV[1]', ['one', ['a']], 1],
        ],
        'by digest' => [
            ['evalSha', \sha1($set), ['one', 'x'], 1], ['script', 'load', $set], ['evalSha', \sha1($set), ['one', 'x'], 1],
            ['get', 'one'], ['evalSha', \strtoupper(\sha1($set)), ['one', 'y'], 1],
            ['evalSha', 'none', ['one'], 1], ['script', 'exists', \sha1($set)], ['script', 'exists', \sha1($set), \sha1('x')],
            ['script', 'EXISTS'], ['script', 'flush'],
            ['script', 'exists', \sha1($set)], ['script', 'load', 'no script'], ['script', 'what'], ['script', 'load'], ['script'],
            ['script', 'kill'],
            ['_prefix', 'x'], ['script', 'LOAD', ''], ['script', 'load', 1], ['evalSha', ''],
        ],
        'without keys' => [
            ['eval', 'return 1'], ['eval', 'return ARGV[1]', ['x']], ['eval', 'return ARGV[1]', ['x'], 0], ['eval', 'return 1', []],
            ['eval', "return 'x'", [], 0],
        ],
        'with keys of several nodes' => [['eval', 'return {KEYS[1], KEYS[2]}', ['one', 'two'], 2]],
    ],
];
