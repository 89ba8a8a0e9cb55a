<?php

declare(strict_types=1);

// In what RedisCluster\RedisCluster may answer otherwise than phpredis 5.3.7, and why. See Differences for what an entry means.

namespace RedisCluster\Tests\Oracle;

$withoutDeprecations = static fn (string $warnings): string => \str_replace('[, ', '[', \preg_replace("/(, )?'8192 [^']*'/", '', $warnings));
/** The place of the argument and the type that was given, which is what a TypeError is read for. */
$unfit = static fn (string $outcome): string => \preg_replace('/^(throws TypeError: .*Argument #\d+)( \(\$\w+\))? must be .*, (\w+) given.*$/s', '$1 $3', $outcome);

return [
    'Words' => [
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
            'aspect' => ['last error', 'outcome'],
            'when' => static fn (string $ours, string $theirs): bool => \str_replace("\\x00'", "'", $theirs) === $ours,
        ],
        [
            'reason' => 'The old names are not deprecated here, and what PHP itself says of the arguments of functions written in C it does not say of those written in PHP',
            'aspect' => 'warnings',
            'when' => static fn (string $ours, string $theirs): bool => $withoutDeprecations($theirs) === $withoutDeprecations($ours),
        ],
    ],
    'Arguments' => [
        [
            'reason' => 'A wrong number of arguments is an ArgumentCountError for every method; phpredis does not count the arguments of these',
            'methods' => [
                'exists', 'geoadd', 'geodist', 'geohash', 'geopos', 'hdel', 'lpush', 'rpush', 'randomkey', 'rawcommand', 'sadd', 'srem',
                'sremove', 'smismember', 'xinfo', 'zadd', 'zrem', 'zremove',
                'zdelete', 'zrangebylex', 'zrevrangebylex', 'dbsize', 'time', 'lastsave', 'unwatch', 'save', 'bgsave', 'role', 'script',
                'discard',
            ],
            'aspect' => 'outcome',
            'ours' => '/^throws ArgumentCountError: /',
            'theirs' => '/^(?!throws)/',
        ],
        [
            'reason' => 'Calls with a wrong number of arguments are not sent, so they leave no error and no warning but the exception',
            'methods' => ['exists', 'rawcommand', 'randomkey', 'zrangebylex', 'zrevrangebylex'],
            'aspect' => ['last error', 'warnings'],
            'theirs' => '/wrong number of arguments|Must pass (at least one|either 3 or 5)/',
        ],
        [
            'reason' => 'PHP ignores surplus arguments of a method that is written in PHP',
            'methods' => [
                '_prefix', '_serialize', '_unserialize', '_pack', '_unpack', '_compress', '_uncompress', 'getdbnum', 'getmode',
                'getreadtimeout', 'gettimeout', 'getauth', 'getlasterror', 'getpersistentid',
                'clearlasterror', 'isconnected', 'gethost', 'getport', 'hscan', 'sscan', 'zscan', 'unsubscribe', 'punsubscribe',
                'setoption', 'scan', 'info', 'connect', 'pconnect', 'open', 'popen',
            ],
            'aspect' => 'outcome',
            'theirs' => '/^throws ArgumentCountError: .* expects (exactly|at most) /',
        ],
        [
            'reason' => 'phpredis 6 has one more argument, which is taken here too',
            'methods' => [
                'hset', 'expire', 'expireat', 'pexpire', 'pexpireat', 'lpop', 'rpop', 'bitcount', 'bitpos', 'xtrim', 'xadd', 'restore',
                'xgroup', 'getoption',
            ],
            'aspect' => 'outcome',
            'theirs' => '/^throws ArgumentCountError: /',
        ],
        [
            'reason' => 'What those calls have done, which phpredis 5.3 does not',
            'methods' => [
                'hset', 'expire', 'expireat', 'pexpire', 'pexpireat', 'lpop', 'rpop', 'xtrim', 'xadd', 'restore', 'hgetall', 'fields',
                'popped',
            ],
            'aspect' => ['outcome', 'last error', 'data'],
            'scenario' => '/wrong numbers of arguments|^wrong: |: fields|: popped|: what expires/',
            'theirs' => '/^(?!throws)/',
        ],
        [
            'reason' => 'An array or an object that is no text, where one is needed, is a TypeError for every method; phpredis sends the word Array, or answers false',
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: .*(given|could not be converted to string)/',
            'theirs' => "/^(-?\\d+|false|true|\\[.*\\]|'.*'|throws Error: Object of class stdClass could not be converted to string)$/",
        ],
        [
            'reason' => 'An array or an object that is no text, where one is needed, is refused and does nothing',
            'methods' => [
                'bitop', 'geoadd', 'geohash', 'geopos', 'hdel', 'lpush', 'rpush', 'script', 'sadd', 'srem', 'sremove', 'smismember',
                'sinterstore', 'sunionstore', 'sdiffstore', 'zadd', 'zrem', 'zremove', 'zdelete', 'zunion', 'zinter', 'sortasc', 'eval',
                'evaluate', 'evalsha', 'evaluatesha', 'xdel', 'xack',
            ],
            'aspect' => ['warnings', 'last error', 'data'],
            'scenario' => '/ with arrays and objects/',
        ],
        [
            'reason' => 'Null stands for no options, as in phpredis 6, and the command is sent',
            'aspect' => 'last error',
            'methods' => ['sort'],
            'scenario' => '/ with unfit texts and numbers/',
        ],
        [
            'reason' => 'Null stands for no options, as in phpredis 6',
            'aspect' => 'outcome',
            'methods' => [
                'georadius', 'georadius_ro', 'georadiusbymember', 'georadiusbymember_ro', 'sort', 'zrangebyscore', 'zrevrangebyscore',
                'eval', 'evaluate', 'evalsha', 'evaluatesha',
            ],
            'theirs' => '/^throws TypeError: .* must be of type array, null given$/',
        ],
        [
            'reason' => 'An object that is no text is named by its place, not by its class alone',
            'aspect' => 'outcome',
            'ours' => '/^throws Error: .* must be of type string, stdClass given$/',
            'theirs' => '/^throws Error: Object of class stdClass could not be converted to string$/',
        ],
        [
            'reason' => 'phpredis looks at the key of a scan before it is sent, and answers false for an empty one',
            'methods' => ['hscan', 'sscan', 'zscan'],
            'aspect' => 'outcome',
            'ours' => '/^\[\]$/',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'An iterator that is no number is taken for the beginning, and is not 0, the end',
            'methods' => ['scan'],
            'aspect' => 'outcome',
            'scenario' => '/wrong types|^wrong: /',
        ],
        [
            'reason' => 'sUnionStore takes one array of keys, and one source, as sInterStore and sDiffStore do',
            'methods' => ['sunionstore'],
            'aspect' => ['outcome', 'last error'],
            'theirs' => '/^(throws ArgumentCountError: .*|null)$/',
        ],
        [
            'reason' => 'A word that is none, as null is none, is found out by the server',
            'methods' => ['bitop'],
            'aspect' => 'last error',
            'scenario' => '/ with unfit texts and numbers/',
            'ours' => "/^'ERR syntax error'$/",
        ],
        [
            'reason' => 'Null is no unit, and means metres',
            'methods' => ['geodist'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/ with unfit texts and numbers/',
        ],
        [
            'reason' => 'The options of zAdd and geoAdd, a missing unit and the like: PHP tells of an array for a text where phpredis 5.3 says nothing, or the other way round',
            'methods' => ['bitop', 'geoadd', 'zadd', 'pfadd', 'xadd', 'get'],
            'aspect' => 'warnings',
            'when' => static fn (string $ours, string $theirs): bool => \str_contains($ours . $theirs, '2 Array to string conversion'),
        ],
        [
            'reason' => 'A callback that is none: PHP has other words for that where a method is written in PHP',
            'methods' => ['subscribe', 'psubscribe'],
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: .* must be of type callable/',
            'theirs' => '/^throws TypeError: .* must be a valid callback/',
        ],
        [
            'reason' => 'EVAL with a wrong number of keys is refused before it is sent, as it cannot be told to which node',
            'methods' => ['eval', 'evaluate', 'evalsha', 'evaluatesha'],
            'aspect' => 'outcome',
            'ours' => '/its keys cannot be told/',
        ],
        [
            'reason' => 'A pattern that looks like a number is a pattern',
            'methods' => ['pubsub'],
            'aspect' => 'outcome',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'phpredis 6 takes any subcommand and more arguments of these',
            'methods' => ['command', 'config', 'slowlog', 'info', 'client'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/: (asked|configured|clients)|wrong numbers of arguments|with arrays and objects|^wrong/',
        ],
        [
            'reason' => 'Null for a number, or for an identifier of a stream, is none, as in phpredis 6',
            'methods' => ['xrange', 'xrevrange', 'xpending', 'setoption'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/ with unfit texts and numbers/',
        ],
        [
            'reason' => 'zUnion and zInter are those of phpredis 6 if their first argument is an array, and else the old names of the forms that store',
            'methods' => ['zunion', 'zinter'],
            'aspect' => 'outcome',
            'theirs' => '/^throws (TypeError|ArgumentCountError): /',
        ],
        [
            'reason' => 'A subcommand that there is not is refused before anything is said of the other arguments',
            'methods' => ['object', 'xgroup'],
            'aspect' => 'outcome',
            'ours' => '/^false$/',
            'theirs' => '/^throws TypeError: .* Argument #2 /',
        ],
        [
            'reason' => 'With a warning, where phpredis throws the TypeError before it looks at the subcommand',
            'methods' => ['object'],
            'aspect' => 'warnings',
            'ours' => '/Invalid subcommand/',
            'theirs' => '/^\[\]$/',
        ],
        [
            'reason' => 'An iterator that is an object is taken for the beginning without a word',
            'methods' => ['scan', 'hscan', 'sscan', 'zscan'],
            'aspect' => 'warnings',
            'ours' => '/^\[\]$/',
            'theirs' => '/could not be converted to int/',
        ],
        [
            'reason' => 'XINFO HELP, XGROUP HELP and XGROUP CREATECONSUMER are as in phpredis 6',
            'methods' => ['xinfo', 'xgroup'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/: (told about|groups) /',
        ],
        [
            'reason' => 'Nothing to wait for is refused before it is sent, as for all methods of several keys',
            'methods' => ['blpop'],
            'aspect' => 'last error',
            'theirs' => '/wrong number of arguments/',
        ],
        [
            'reason' => 'Types are looked at before the number of arguments, where a method is written in PHP',
            'methods' => ['hscan', 'sscan', 'zscan'],
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: /',
            'theirs' => '/^throws ArgumentCountError: /',
        ],
    ],
    'Connections' => [
        [
            'reason' => 'Connections are the library\'s: the configuration says where to and how long to wait, and connect() and close() open and close nothing',
            'methods' => [
                'connect', 'pconnect', 'open', 'popen', 'isconnected', 'get', 'gettimeout', 'getreadtimeout', 'made again',
                '__construct', '__destruct', 'close',
            ],
            'aspect' => ['outcome', 'last error', 'warnings'],
            'scenario' => '/^(server: (connected|made again|closed|state|get(Read)?Timeout)|wrong: get(read)?timeout|options: read and written)/',
        ],
        [
            'reason' => 'A password is tried on new connections, before any command is',
            'methods' => ['auth'],
            'scenario' => '/wrong passwords/',
        ],
        [
            'reason' => 'A replica of whom is for one server to be told: it is refused where there are several',
            'methods' => ['slaveof'],
            'aspect' => ['outcome', 'last error'],
            'ours' => '/CROSSNODE|null/',
        ],
    ],
    'Several nodes' => [
        [
            'reason' => 'A scan visits the nodes in turn, so it is at its end later than that of one server; what it finds in all is compared',
            'methods' => ['scan'],
            'aspect' => 'arguments',
        ],
        [
            'reason' => 'What concerns all nodes has no place in a transaction, which is on one; it is refused, and the rest of it is not done',
            'scenario' => '/: (info|flushDB|flushAll|lastSave|slowlog|pubsub|script|keys|getKeys|randomKey|dbSize|time|echo|sendEcho|ping|publish|select)\/\d+ in a transaction/',
        ],
        [
            'reason' => 'SORT with patterns reads keys of any node, which a transaction cannot',
            'scenario' => '/: sort(Asc)?\/\d+ in a transaction/',
        ],
        [
            'reason' => 'What is watched has to be on one node, like the transaction that follows',
            'methods' => ['watch'],
            'aspect' => 'outcome',
            'ours' => '/^throws .*CROSSNODE WATCH/',
            'theirs' => '/^true$/',
        ],
        [
            'reason' => 'A script without a key has no node of its own; it is refused where there are several, and `each` runs it everywhere',
            'methods' => ['eval', 'evaluate', 'evalsha', 'evaluatesha'],
            'aspect' => 'outcome',
            'ours' => '/CROSSNODE EVAL/',
        ],
        [
            'reason' => 'What is refused before it is sent leaves no error of a server',
            'methods' => ['eval', 'evaluate', 'evalsha', 'evaluatesha'],
            'aspect' => 'last error',
            'theirs' => "/^'(ERR (Number of keys|Lua redis lib|Error compiling script)|NOSCRIPT)/",
        ],
    ],
    'Faults of phpredis 5.3' => [
        [
            'reason' => 'phpredis 5.3 answers false for ZADD with INCR; phpredis 6 answers the score',
            'methods' => ['zadd'],
            'aspect' => 'outcome',
            'ours' => '/^-?\d+\.\d+$/',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'phpredis 5.3 keeps no error of ZADD with options that contradict each other',
            'methods' => ['zadd'],
            'aspect' => 'last error',
            'ours' => '/not compatible/',
            'theirs' => '/^null$/',
        ],
        [
            'reason' => 'ZADD with INCR in a queue: null in phpredis 5.3, the score here',
            'methods' => ['exec'],
            'scenario' => '/: zAdd\/4 in a/',
        ],
        [
            'reason' => 'phpredis 5.3 keeps no error of what is answered by a list: not in a queue, not of a scan',
            'methods' => ['exec', 'hscan', 'sscan', 'zscan', 'scan'],
            'aspect' => 'last error',
            'theirs' => '/^null$/',
        ],
        [
            'reason' => 'phpredis 5.3 serializes and compresses the coordinates too, and Redis refuses them',
            'methods' => ['geoadd', 'geopos', 'php serializer', 'igbinary serializer', 'lzf', 'zstd', 'lz4', 'lz4 of php', 'lzf of igbinary'],
            'scenario' => '/^options: (PHP|igbinary|LZF|zstd|LZ4)/',
        ],
        [
            'reason' => 'phpredis 5.3 sends the prefix alone when a scan with SCAN_PREFIX has no pattern; phpredis 6 sends all that begins with it',
            'methods' => ['@iterate'],
            'scenario' => '/with a prefix #7/',
        ],
        [
            'reason' => 'phpredis remembers a database that does not exist',
            'methods' => ['getdbnum'],
            'scenario' => '/other databases/',
        ],
        [
            'reason' => 'Numbers are written with as many digits as tell them apart; phpredis writes 17',
            'methods' => ['incrbyfloat', 'get', 'numbers'],
            'scenario' => '/: numbers/',
            'ours' => "/0\\.3/",
        ],
        [
            'reason' => 'phpredis 5.3 does not know OBJECT FREQ; phpredis 6 does',
            'methods' => ['object'],
            'scenario' => '/every type/',
        ],
        [
            'reason' => 'phpredis 5.3 miscounts the arguments of the four old forms of SORT when they get lists, store, or have no text for a pattern',
            'methods' => ['sortasc', 'sortdesc', 'sortascalpha', 'sortdescalpha', 'sort'],
            'aspect' => ['outcome', 'last error', 'data'],
            'scenario' => '/: (sort(asc|desc)|sort #(39|4\d)|sort, at the end)/i',
        ],
        [
            'reason' => 'The two kinds of nil of Redis\'s protocol are one here; phpredis 5.3 answers [] or null for that of an array in raw commands, and false elsewhere',
            'methods' => ['rawcommand'],
            'aspect' => 'outcome',
            'ours' => '/false/',
        ],
        [
            'reason' => 'phpredis forgets OPT_REPLY_LITERAL in a queue',
            'methods' => ['exec'],
            'scenario' => '/literal replies of statuses/',
        ],
        [
            'reason' => 'Options that phpredis 6 knows: GET, EXAT, PXAT of SET, GT and LT of ZADD, ANY of GEORADIUS',
            'methods' => ['set', 'ttl', 'zadd', 'georadius'],
            'aspect' => ['outcome', 'data', 'warnings'],
            'scenario' => '/: (options of set|added|searched)/',
        ],
    ],
];
