<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

return [
    'samples' => [
        ['string', 'setBit', 'one', 7, 1],
        ['string', 'setBit', 'one', 7, true],
        ['string', 'getBit', 'one', 1],
        ['string', 'bitcount', 'one'],
        ['string', 'bitcount', 'one', 0, 1],
        ['string', 'bitpos', 'one', 1],
        ['string', 'bitpos', 'one', 0, 1, 3],
        ['string', 'bitop', 'and', 'none', 'one', 'two'],
        ['string', 'bitop', 'OR', 'two', 'one', 'six'],
        ['string', 'bitop', 'xor', 'one', 'one', 'two', 'six'],
        ['string', 'bitop', 'not', 'none', 'one'],
    ],
    'scenarios' => [
        'bits' => [
            ['setBit', 'one', 7, 1], ['setBit', 'one', 7, 0], ['setBit', 'one', 3, true], ['setBit', 'one', 3, 2],
            ['setBit', 'one', -1, 1], ['setBit', 'one', 0, '1'],
            ['setBit', 'one', PHP_INT_MAX, 1], ['getBit', 'one', 0], ['getBit', 'one', 100], ['getBit', 'one', -1],
            ['getBit', 'none', 0], ['get', 'one'],
            ['set', 'two', "\xff\xf0\x00"], ['bitCount', 'two'], ['bitCount', 'two', 0, 0], ['bitCount', 'two', 1],
            ['bitCount', 'two', -1, -1], ['bitCount', 'none'],
            ['bitPos', 'two', 0], ['bitPos', 'two', 1], ['bitPos', 'two', 1, 2], ['bitPos', 'two', 0, 0, 0], ['bitPos', 'none', 1],
            ['bitPos', 'two', 2], ['bitPos', 'two', true],
            ['bitOp', 'and', 'six', 'one', 'two'], ['get', 'six'], ['bitOp', 'or', 'six', 'one', 'none'],
            ['bitOp', 'not', 'six', 'two'], ['get', 'six'],
            ['bitOp', 'not', 'six', 'one', 'two'], ['bitOp', 'what', 'six', 'one', 'two'], ['bitOp', 'and', 'six'],
            ['rPush', 'nine', 'x'], ['bitOp', 'and', 'six', 'one', 'nine'],
            ['bitOp', 'and', 'nine', 'one', 'two'], ['type', 'nine'],
        ],
    ],
];
