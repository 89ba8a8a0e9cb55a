<?php

declare(strict_types=1);

// In what RedisCluster\RedisCluster may answer otherwise than phpredis 5.3.7, and why. See Differences for what an entry means.

namespace RedisCluster\Tests\Oracle;

$withoutDeprecations = static fn (string $warnings): string => \preg_replace("/(, )?'8192 [^']*'/", '', $warnings);
/** The place of the argument and the type that was given, which is what a TypeError is read for. */
$unfit = static fn (string $outcome): string => \preg_replace('/^(throws TypeError: .*Argument #\d+)( \(\$\w+\))? must be .*, (\w+) given.*$/s', '$1 $3', $outcome);

return [
    // Words
    [
        'reason' => 'The methods behind __call() have no names of parameters; null is allowed in places; PHP says of methods written in PHP who called them',
        'aspect' => 'outcome',
        'theirs' => '/^throws TypeError/',
        'when' => static fn (string $ours, string $theirs): bool => $unfit($theirs) === $unfit($ours),
    ],
    [
        'reason' => "A wrong number of arguments is told in PHP's words, and with the numbers of phpredis 6, some of whose methods take more",
        'aspect' => 'outcome',
        'ours' => '/^throws ArgumentCountError: /',
        'theirs' => '/^throws ArgumentCountError: /',
    ],
    [
        'reason' => "phpredis leaves C's terminator at the end of some errors",
        'aspect' => 'last error',
        'when' => static fn (string $ours, string $theirs): bool => \str_replace("\\x00'", "'", $theirs) === $ours,
    ],
    [
        'reason' => 'The old names are not deprecated here, and what PHP itself says of the arguments of functions written in C it does not say of those written in PHP',
        'aspect' => 'warnings',
        'when' => static fn (string $ours, string $theirs): bool => $withoutDeprecations($theirs) === $withoutDeprecations($ours),
    ],

    // Arguments
    [
        'reason' => 'A wrong number of arguments is an ArgumentCountError for every method; phpredis answers false for these',
        'methods' => [
            'exists', 'geoadd', 'geodist', 'geohash', 'geopos', 'hdel', 'lpush', 'rpush', 'randomkey', 'rawcommand', 'sadd', 'srem', 'sremove', 'smismember', 'xinfo', 'zadd', 'zrem', 'zremove',
            'zdelete', 'zrangebylex', 'zrevrangebylex',
        ],
        'aspect' => 'outcome',
        'ours' => '/^throws ArgumentCountError: /',
        'theirs' => '/^(false|string)$/',
    ],
    [
        'reason' => 'PHP ignores surplus arguments of a method that is written in PHP',
        'methods' => [
            '_prefix', '_serialize', '_unserialize', '_pack', '_unpack', '_compress', '_uncompress', 'getdbnum', 'getmode', 'getreadtimeout', 'gettimeout', 'getauth', 'getlasterror', 'getpersistentid',
            'clearlasterror', 'isconnected', 'gethost', 'getport', 'hscan', 'sscan', 'zscan', 'unsubscribe', 'punsubscribe', 'setoption', 'scan',
        ],
        'aspect' => 'outcome',
        'theirs' => '/^throws ArgumentCountError: .* expects (exactly|at most) /',
    ],
    [
        'reason' => 'phpredis 6 has one more argument, which is taken here too',
        'methods' => ['hset', 'expire', 'expireat', 'pexpire', 'pexpireat', 'lpop', 'rpop', 'bitcount', 'bitpos', 'xtrim', 'xadd', 'restore', 'xgroup', 'getoption', 'xpending'],
        'aspect' => ['outcome', 'last error', 'data'],
        'when' => static fn (string $ours, string $theirs): bool => !\str_starts_with($theirs, 'throws') || \str_starts_with($theirs, 'throws ArgumentCountError'),
        'scenario' => '/wrong numbers of arguments|^wrong: |: fields|: popped|: what expires/',
    ],
    [
        'reason' => 'An array or an object that is no text, where one is needed, is a TypeError for every method; phpredis sends the word Array, or answers false',
        'aspect' => 'outcome',
        'ours' => '/^throws TypeError: .*(given|could not be converted to string)/',
        'theirs' => "/^(-?\\d+|false|true|\\[.*\\]|'.*'|throws Error: Object of class stdClass could not be converted to string)$/",
    ],
    [
        'reason' => 'An array or an object that is no text, where one is needed, is refused and does nothing',
        'aspect' => ['warnings', 'last error', 'data'],
        'scenario' => '/ with arrays and objects|^wrong: /',
    ],
    [
        'reason' => 'Null stands for no options, as in phpredis 6',
        'aspect' => 'outcome',
        'methods' => ['georadius', 'georadius_ro', 'georadiusbymember', 'georadiusbymember_ro', 'sort', 'zrangebyscore', 'zrevrangebyscore', 'eval', 'evaluate', 'evalsha', 'evaluatesha'],
        'theirs' => '/^throws TypeError: .* must be of type array, null given$/',
    ],

    // Several nodes
    [
        'reason' => 'A script without a key has no node of its own; it is refused where there are several, and `each` runs it everywhere',
        'methods' => ['eval', 'evaluate', 'evalsha', 'evaluatesha'],
        'aspect' => ['outcome', 'last error'],
        'when' => static fn (string $ours, string $theirs): bool => \str_contains($ours, 'CROSSNODE EVAL') || !\str_starts_with($ours, 'throws'),
    ],

    // Faults of phpredis 5.3
    [
        'reason' => 'phpredis 5.3 answers false for ZADD with INCR; phpredis 6 answers the score',
        'methods' => ['zadd'],
        'aspect' => 'outcome',
        'ours' => '/^-?\d+\.\d+$/',
        'theirs' => '/^false$/',
    ],
    [
        'reason' => 'Options that phpredis 6 knows: GET, EXAT, PXAT of SET, GT and LT of ZADD, ANY of GEORADIUS',
        'methods' => ['set', 'ttl', 'zadd', 'georadius'],
        'aspect' => ['outcome', 'data'],
        'scenario' => '/: (options of set|added|searched)/',
    ],
];
