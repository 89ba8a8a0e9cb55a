<?php

declare(strict_types=1);

// The differences between RedisCluster\RedisCluster and phpredis 5.3.7 that the tests allow. See AllowedDifferences for
// the fields of an entry.

namespace RedisCluster\Tests\Differential;

$withoutDeprecations = static fn (string $warnings): string => \str_replace('[, ', '[', \preg_replace("/(, )?'8192 [^']*'/", '', $warnings));
/** The number of the argument and the given type: the parts of a TypeError that must be equal. */
$argumentAndType = static fn (string $outcome): string => \preg_replace('/^(throws TypeError: .*Argument #\d+)( \(\$\w+\))? must be .*, (\w+) given.*$/s', '$1 $3', $outcome);

return [
    'Messages' => [
        [
            'reason' => 'The text of a TypeError differs: no parameter names, other nullable types, and the caller, which PHP reports for methods written in PHP',
            'about' => 'extension',
            'aspect' => 'outcome',
            'theirs' => '/^throws TypeError/',
            'when' => static fn (string $ours, string $theirs): bool => $argumentAndType($theirs) === $argumentAndType($ours),
        ],
        [
            'reason' => "A wrong number of arguments has PHP's message, with the numbers of phpredis 6, some of whose methods take more arguments",
            'about' => 'extension',
            'aspect' => 'outcome',
            'ours' => '/^throws (ArgumentCountError: |TypeError: redis::xpending\(\) expects )/',
            'theirs' => '/^throws (ArgumentCountError: |TypeError: redis::xpending\(\): Argument #7 )/',
        ],
        [
            'reason' => "phpredis leaves a NUL byte at the end of some errors",
            'phpredis' => 5,
            'aspect' => ['last error', 'outcome'],
            'when' => static fn (string $ours, string $theirs): bool => \str_replace("\\x00'", "'", $theirs) === $ours,
        ],
        [
            'reason' => 'Aliases are not deprecated here, and PHP has deprecation messages about arguments only for functions written in C',
            'about' => 'extension',
            'aspect' => 'warnings',
            'when' => static fn (string $ours, string $theirs): bool => $withoutDeprecations($theirs) === $withoutDeprecations($ours),
        ],
    ],
    'Arguments' => [
        [
            'reason' => 'An array, or an object that cannot be converted to a string, is a TypeError in place of a string, and nothing is sent; phpredis sends the word Array, or returns false',
            'cases' => [
                ['aspect' => ['warnings', 'data'], 'theirs' => "/Array to string conversion|'Array'/"],
                ['aspect' => 'outcome', 'ours' => '/^throws Error: .* must be of type [|?\w]+, stdClass given/', 'theirs' => '/^throws Error: Object of class stdClass/'],
                ['aspect' => 'last error', 'ours' => '/^null$/', 'scenario' => '/ with arrays and objects/', 'theirs' => "/^'ERR (value is not an integer|min or max is not)/"],
                [
                    'aspect' => 'outcome',
                    'ours' => '/^throws TypeError: .*((array|stdClass) given|could not be converted to string)/',
                    'theirs' => "/^(-?\\d+|false|true|\\[.*\\]|'.*'|throws Error: Object of class stdClass could not be converted to string)$/",
                ],
                [
                    'methods' => [
                        'bitop', 'geoadd', 'geohash', 'geopos', 'hdel', 'lpush', 'rpush', 'script', 'sadd', 'srem', 'sremove', 'smismember',
                        'sinterstore', 'sunionstore', 'sdiffstore', 'zadd', 'zrem', 'zremove', 'zdelete', 'zunion', 'zinter', 'sortasc', 'eval',
                        'evaluate', 'evalsha', 'evaluatesha', 'xdel', 'xack',
                    ],
                    'aspect' => ['warnings', 'last error', 'data'],
                    'scenario' => '/ with arrays and objects/',
                ],
                [
                    'aspect' => 'outcome',
                    'ours' => '/^throws Error: .* must be of type string, stdClass given$/',
                    'theirs' => '/^throws Error: Object of class stdClass could not be converted to string$/',
                ],
                [
                    'methods' => ['bitop', 'geoadd', 'zadd', 'pfadd', 'xadd', 'get'],
                    'aspect' => 'warnings',
                    'when' => static fn (string $ours, string $theirs): bool => \str_contains($ours . $theirs, '2 Array to string conversion'),
                ],
            ],
        ],
        [
            'reason' => 'A wrong number of arguments is an ArgumentCountError for every method; phpredis does not check the number for these',
            'about' => 'extension',
            'methods' => [
                'bitop', 'exists', 'geoadd', 'geodist', 'geohash', 'geopos', 'hdel', 'lpush', 'rpush', 'randomkey', 'rawcommand', 'sadd', 'srem',
                'sremove', 'smismember', 'xinfo', 'zadd', 'zrem', 'zremove',
                'zdelete', 'zrangebylex', 'zrevrangebylex', 'dbsize', 'time', 'lastsave', 'unwatch', 'save', 'bgsave', 'role', 'script',
                'discard',
            ],
            'aspect' => 'outcome',
            'ours' => '/^throws ArgumentCountError: /',
            'theirs' => '/^(?!throws)/',
        ],
        [
            'reason' => 'A call with a wrong number of arguments is not sent, so it sets no last error and raises no warning besides the exception',
            'about' => 'extension',
            'methods' => ['exists', 'rawcommand', 'randomkey', 'zrangebylex', 'zrevrangebylex', 'geoadd'],
            'aspect' => ['last error', 'warnings'],
            'theirs' => '/wrong number of arguments|syntax error|Must pass (at least one|either 3 or 5)/',
        ],
        [
            'reason' => 'PHP ignores surplus arguments of methods written in PHP',
            'about' => 'extension',
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
            'reason' => 'As in phpredis 6, these take one more argument',
            'phpredis' => 5,
            'methods' => [
                'hset', 'expire', 'expireat', 'pexpire', 'pexpireat', 'lpop', 'rpop', 'bitcount', 'bitpos', 'xtrim', 'xadd', 'restore',
                'xgroup', 'getoption',
            ],
            'aspect' => 'outcome',
            'theirs' => '/^throws ArgumentCountError: /',
        ],
        [
            'reason' => 'The effects of calls with this additional argument',
            'phpredis' => 5,
            'methods' => [
                'hset', 'expire', 'expireat', 'pexpire', 'pexpireat', 'lpop', 'rpop', 'xtrim', 'xadd', 'restore', 'hgetall', 'fields',
                'popped',
            ],
            'aspect' => ['outcome', 'warnings', 'last error', 'data'],
            'scenario' => '/wrong numbers of arguments|^invalid_arguments: |: fields|: popped|: expiry/',
            'theirs' => '/^(?!throws)/',
        ],
        [
            'reason' => 'keys() without an argument returns all keys, as in rediscluster-php',
            'methods' => ['keys', 'getkeys'],
            'aspect' => 'outcome',
            'theirs' => '/^throws ArgumentCountError: .* 0 given/',
        ],
        [
            'reason' => 'phpredis takes an empty key of a scan for none',
            'about' => 'extension',
            'methods' => ['hscan', 'sscan', 'zscan'],
            'scenario' => '/ with unsuitable scalars/',
            'cases' => [
                ['aspect' => 'outcome', 'ours' => '/^\[\]$/', 'theirs' => '/^false$/'],
                ['aspect' => 'last error', 'ours' => '/^null$/'],
            ],
        ],
        [
            'reason' => 'An iterator that is not a number starts a scan; phpredis takes it for 0, the end',
            'phpredis' => 5,
            'methods' => ['scan'],
            'aspect' => 'outcome',
            'scenario' => '/wrong types|^invalid_arguments: /',
        ],
        [
            'reason' => 'sUnionStore accepts one array of keys, and a single source, like sInterStore and sDiffStore',
            'phpredis' => 5,
            'methods' => ['sunionstore'],
            'aspect' => ['outcome', 'last error'],
            'theirs' => '/^(throws ArgumentCountError: .*|null)$/',
        ],
        [
            'reason' => 'The error for an invalid callback has another text for methods written in PHP',
            'about' => 'extension',
            'methods' => ['subscribe', 'psubscribe'],
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: .* must be of type callable/',
            'theirs' => '/^throws TypeError: .* must be a valid callback/',
        ],
        [
            'reason' => 'As in phpredis 6, these accept any subcommand and more arguments',
            'phpredis' => 5,
            'methods' => ['command', 'config', 'slowlog', 'info', 'client', 'xgroup', 'setoption', 'pubsub', 'xpending'],
            'aspect' => ['outcome', 'last error', 'data'],
            'scenario' => '/: (server information|configured|clients|groups|published)|wrong numbers of arguments|with arrays and objects|with unsuitable scalars|^invalid_arguments/',
        ],
        [
            'reason' => 'zUnion and zInter are those of phpredis 6 if the first argument is an array, and otherwise aliases of zUnionStore and zInterStore',
            'about' => 'extension',
            'methods' => ['zunion', 'zinter'],
            'aspect' => 'outcome',
            'theirs' => '/^throws (TypeError|ArgumentCountError): /',
        ],
        [
            'reason' => 'xInfo() sends the arguments that are given, without those that are null, so that HELP and errors for wrong subcommands are those of the server',
            'methods' => ['xinfo'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/: xinfo[ \/]/',
            'cases' => [
                ['aspect' => 'outcome', 'theirs' => '/^false$/'],
                ['aspect' => 'last error'],
            ],
        ],
        [
            'reason' => 'A call without keys is not sent, as for all methods of several keys',
            'phpredis' => 5,
            'methods' => ['blpop'],
            'aspect' => 'last error',
            'theirs' => '/wrong number of arguments/',
        ],
        [
            'reason' => 'PHP checks types before the number of arguments for methods written in PHP',
            'about' => 'extension',
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: /',
            'theirs' => '/^throws ArgumentCountError: /',
        ],
        [
            'reason' => 'PHP checks types before any other check for methods written in PHP',
            'phpredis' => 5,
            'methods' => ['xinfo', 'bitpos'],
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: .*must be of type \?int, string given/',
            'theirs' => '/^(false|throws TypeError: .*\(\$bit\).*)$/',
        ],
        [
            'reason' => 'Null means no options',
            'methods' => ['sort', 'sort_ro', 'hrandfield', 'zrandmember', 'zrangebyscore', 'zrevrangebyscore'],
            'scenario' => '/ with unsuitable scalars|^invalid_arguments: /',
            'cases' => [
                ['aspect' => 'outcome', 'theirs' => '/^throws TypeError: .* must be of type array, null given$/'],
                ['aspect' => 'last error', 'theirs' => '/^null$/'],
            ],
        ],
        [
            'reason' => 'As in phpredis 6: exec() without multi() is false; a channel that was not subscribed to is false in the result of an unsubscription; bitPos() searches 1 for any bit but 0; pfCount() of another type than string and array is false; bounds of zRange(), zRangeStore() and xTrim() are checked by the server; a section that info() does not find is false',
            'phpredis' => 5,
            'cases' => [
                ['methods' => ['exec'], 'aspect' => 'outcome', 'ours' => '/^false$/', 'theirs' => '/^null$/'],
                ['methods' => ['unsubscribe', 'punsubscribe'], 'aspect' => 'outcome', 'ours' => '/=> false/', 'theirs' => '/=> true/'],
                ['methods' => ['bitpos'], 'aspect' => 'outcome', 'theirs' => '/^(false$|throws TypeError: .*\(\$bit\))/'],
                ['methods' => ['pfcount'], 'aspect' => ['outcome', 'warnings', 'last error'], 'scenario' => '/ with (unusual keys|arrays and objects|unsuitable scalars)|^invalid_arguments|: counted/'],
                ['methods' => ['zrange', 'zrangestore', 'xtrim'], 'aspect' => ['outcome', 'last error', 'data', 'warnings'], 'scenario' => '/ with unsuitable scalars|^invalid_arguments|wrong numbers|arrays and objects/'],
                ['methods' => ['info'], 'aspect' => 'outcome', 'scenario' => '/: info|^invalid_arguments|: server information/'],
            ],
        ],
    ],
    'Connections' => [
        [
            'reason' => 'The library manages connections: addresses and timeouts are in the configuration, and connect() and close() have no effect on connections',
            'about' => 'servers',
            'methods' => [
                'connect', 'pconnect', 'open', 'popen', 'isconnected', 'get', 'gettimeout', 'getreadtimeout', 'constructed again',
                '__construct', '__destruct', 'close',
            ],
            'aspect' => ['outcome', 'last error', 'warnings'],
            'scenario' => '/^(server: (connected|constructed again|closed|state|get(Read)?Timeout)|invalid_arguments: get(read)?timeout|options: read and written)/',
        ],
        [
            'reason' => 'A password is checked on new connections, before any command',
            'about' => 'servers',
            'methods' => ['auth'],
            'scenario' => '/wrong passwords/',
        ],
        [
            'reason' => 'SLAVEOF is for one server: it is rejected if there are several',
            'about' => 'servers',
            'methods' => ['slaveof'],
            'aspect' => ['outcome', 'last error'],
            'ours' => '/CROSSNODE|null/',
        ],
    ],
    'Errors' => [
        [
            'reason' => 'A scan that a server rejects throws the error (LOADING, NOPERM …) and can be continued; phpredis returns false, as at the end',
            'methods' => ['hscan', 'sscan', 'zscan', 'scan'],
            'aspect' => ['outcome', 'arguments'],
            'scenario' => '/without permission/',
        ],
        [
            'reason' => 'The error names another command: one that the library sends in place of it to several nodes, or SET with an expiry where phpredis sends SETEX',
            'about' => 'servers',
            'methods' => ['randomkey', 'dbsize', 'sort', 'sortasc', 'set', 'exec'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/: (randomKey|dbSize|sort(Asc)?|set)\/\d+ (in a pipeline, )?without permission/',
            'ours' => "/NOPERM .* '(dbsize|exists|multi|set)' command/",
        ],
        [
            'reason' => 'The library selects the database of a connection, and sends UNWATCH only after WATCH',
            'about' => 'servers',
            'methods' => ['select', 'unwatch', 'exec'],
            'aspect' => ['outcome', 'last error'],
            'scenario' => '/: (select|unwatch)\/\d+ (in a pipeline, )?without permission/',
        ],
    ],
    'Several nodes' => [
        [
            'reason' => 'A channel is on a node like a key: a transaction that publishes to it has its keys on the same node',
            'about' => 'servers',
            'scenario' => '/: publish\/\d+ in a transaction, on another type/',
        ],
        [
            'reason' => 'SORT with patterns may read keys of any node, so it is rejected in a transaction',
            'about' => 'servers',
            'scenario' => '/: sort(Asc)?\/\d+ in a transaction/',
        ],
        [
            'reason' => 'Watched keys must be on one node, like the transaction that follows',
            'about' => 'servers',
            'methods' => ['watch'],
            'aspect' => 'outcome',
            'ours' => '/^throws .*CROSSNODE WATCH/',
            'theirs' => '/^true$/',
        ],
        [
            'reason' => 'A script without keys has no node: it is rejected if there are several. `Client::each()` runs it on all masters',
            'about' => 'servers',
            'methods' => ['eval', 'evaluate', 'evalsha', 'evaluatesha'],
            'aspect' => 'outcome',
            'ours' => '/CROSSNODE EVAL/',
        ],
        [
            'reason' => 'A script that is rejected before it is sent sets no last error',
            'about' => 'servers',
            'methods' => ['eval', 'evaluate', 'evalsha', 'evaluatesha'],
            'aspect' => 'last error',
            'theirs' => "/^'(ERR (Number of keys|Lua redis lib|Error compiling script)|NOSCRIPT)/",
        ],
    ],
    'Bugs of phpredis 5.3' => [
        [
            'reason' => 'phpredis 5.3 returns false for ZADD with INCR; phpredis 6 returns the score',
            'phpredis' => 5,
            'methods' => ['zadd'],
            'aspect' => 'outcome',
            'ours' => '/^-?\d+\.\d+$/',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'phpredis sends no ZADD with contradictory options, and sets no last error',
            'about' => 'extension',
            'methods' => ['zadd'],
            'scenario' => '/: added/',
            'cases' => [
                ['aspect' => 'last error', 'ours' => '/not compatible/', 'theirs' => '/^null$/'],
                ['aspect' => 'outcome', 'ours' => '/^false$/', 'theirs' => '/^0$/'],
            ],
        ],
        [
            'reason' => 'ZADD with INCR in a pipeline or transaction returns null in phpredis 5.3, and the score here',
            'phpredis' => 5,
            'methods' => ['exec'],
            'scenario' => '/: zAdd\/4 in a/',
        ],
        [
            'reason' => 'phpredis 5.3 sets no last error in a pipeline or transaction if the reply should be a list, nor for a scan',
            'phpredis' => 5,
            'methods' => ['exec', 'hscan', 'sscan', 'zscan', 'scan'],
            'aspect' => 'last error',
            'theirs' => '/^null$/',
        ],
        [
            'reason' => 'phpredis 5.3 serializes and compresses the coordinates too, and Redis rejects them',
            'about' => 'extension',
            'methods' => ['geoadd', 'geopos', 'php serializer', 'igbinary serializer', 'lzf', 'zstd', 'lz4', 'lz4 of php', 'lzf of igbinary'],
            'scenario' => '/^options: (PHP|igbinary|LZF|zstd|LZ4)/',
        ],
        [
            'reason' => 'phpredis sends the prefix as the pattern if a scan with SCAN_PREFIX has none, which finds nothing',
            'about' => 'extension',
            'methods' => ['@iterate'],
            'scenario' => '/with a prefix #7/',
        ],
        [
            'reason' => 'phpredis returns a database that could not be selected',
            'phpredis' => 5,
            'methods' => ['getdbnum'],
            'scenario' => '/other databases/',
        ],
        [
            'reason' => 'Numbers are sent with as many digits as needed; phpredis sends 17',
            'methods' => ['incrbyfloat', 'get', 'numbers'],
            'scenario' => '/: numbers/',
            'ours' => "/0\\.3/",
        ],
        [
            'reason' => 'OBJECT FREQ is supported',
            'methods' => ['object'],
            'scenario' => '/every type/',
        ],
        [
            'reason' => 'phpredis 5.3 sends a wrong number of arguments for these if they have lists, a destination, or a pattern that is not a string',
            'about' => 'extension',
            'methods' => ['sortasc', 'sortdesc', 'sortascalpha', 'sortdescalpha', 'sort'],
            'aspect' => ['outcome', 'last error', 'data'],
            'scenario' => '/: (sort(asc|desc)|sort #(39|4\d)|sort, at the end)/i',
        ],
        [
            'reason' => 'Both kinds of nil in RESP2 are false in raw commands; for a nil array phpredis returns [], or null as its option says',
            'methods' => ['rawcommand'],
            'aspect' => 'outcome',
            'ours' => '/false/',
        ],
        [
            'reason' => 'Options that phpredis 6 added: GET, EXAT, PXAT of SET, GT and LT of ZADD, ANY of GEORADIUS',
            'phpredis' => 5,
            'methods' => ['set', 'ttl', 'zadd', 'georadius'],
            'aspect' => ['outcome', 'data', 'warnings'],
            'scenario' => '/: (options of set|added|searched)/',
        ],
    ],
];
