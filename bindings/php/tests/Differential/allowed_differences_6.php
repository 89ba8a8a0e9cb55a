<?php

declare(strict_types=1);

// The differences between RedisCluster\RedisCluster and phpredis 6.2 that the tests allow, besides those of allowed_differences.php.

namespace RedisCluster\Tests\Differential;

return [
    'Arguments of phpredis 6.2' => [
        [
            'reason' => 'Warnings about arguments have the texts of phpredis 5.3',
            'aspect' => 'warnings',
            'ours' => '/2 redis::\w+\(\): /',
            'theirs' => '/2 redis::\w+\(\): /',
        ],
        [
            'reason' => 'phpredis 6 warns about more arguments, such as unknown subcommands, and does not send them; here the server rejects them',
            'aspect' => 'warnings',
            'theirs' => '/2 redis::\w+\(\): /',
        ],
        [
            'reason' => 'A wrong option of XINFO STREAM is a warning, as in phpredis 5.3',
            'methods' => ['xinfo'],
            'aspect' => 'warnings',
            'ours' => '/not a valid option/',
        ],
        [
            'reason' => 'The last error of such a call is the server\'s',
            'methods' => ['function', 'geoadd', 'acl', 'xinfo', 'hscan', 'sscan', 'zscan', 'zrange', 'zrangestore', 'failover', 'zrangebyscore', 'zrevrangebyscore', 'xtrim'],
            'aspect' => 'last error',
        ],
        [
            'reason' => 'phpredis 6 warns about an array in place of a string, and sends the word Array',
            'aspect' => ['warnings', 'data'],
            'theirs' => '/Array to string conversion|\'Array\'/',
        ],
        [
            'reason' => 'The number of arguments of these is checked by the method: false, as in phpredis 5.3',
            'methods' => ['lpush', 'rpush', 'zadd', 'geoadd'],
            'aspect' => 'outcome',
            'ours' => '/^false$/',
            'theirs' => '/^throws ArgumentCountError: /',
        ],
        [
            'reason' => 'Types are checked before anything is sent, as in phpredis 5.3',
            'methods' => ['bitpos', 'zrange', 'zrangestore', 'zrangebyscore', 'zrevrangebyscore', 'xtrim', 'failover', 'georadius', 'georadius_ro', 'geosearch', 'xpending'],
            'aspect' => 'outcome',
            'ours' => '/^throws (Type)?Error: /',
        ],
        [
            'reason' => 'Null is accepted for options, and an object is rejected with another text',
            'methods' => ['hrandfield', 'zrandmember', 'sort_ro', 'function'],
            'aspect' => 'outcome',
            'theirs' => '/^throws TypeError: /',
        ],
        [
            'reason' => 'Null or false for a number of a range means its default',
            'methods' => ['bitcount', 'zrange', 'xtrim', 'hscan'],
            'aspect' => ['outcome', 'data', 'arguments'],
            'scenario' => '/ with unsuitable scalars|: scanned|: zrange #/',
        ],
        [
            'reason' => 'The bit that bitPos() searches is 0 or 1; phpredis 6 takes any other value for 1',
            'methods' => ['bitpos'],
            'aspect' => 'outcome',
            'ours' => '/^false$/',
        ],
        [
            'reason' => 'Keys are converted to strings; phpredis 6 returns false for keys of other types',
            'methods' => ['pfcount'],
            'aspect' => 'outcome',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'More arguments than a subcommand has are rejected by the method',
            'methods' => ['xgroup'],
            'aspect' => ['outcome', 'data'],
            'scenario' => '/wrong numbers of arguments/',
        ],
        [
            'reason' => 'An empty list of sections returns nothing; phpredis 6 returns false',
            'methods' => ['info'],
            'aspect' => 'outcome',
            'theirs' => '/^false$/',
        ],
    ],
    'Results of phpredis 6.2' => [
        [
            'reason' => 'The serializer msgpack works if its extension is loaded; phpredis 6 has it only if it was built with it',
            'methods' => ['setoption'],
            'aspect' => 'outcome',
            'scenario' => '/: read and written/',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'Objects with the same configuration share connections, and the numbers of bytes',
            'methods' => ['gettransferredbytes'],
            'aspect' => 'outcome',
        ],
        [
            'reason' => "The option 'rev' => true reverses a range; phpredis 6.2 knows the option only as ['rev']",
            'methods' => ['zrange'],
            'aspect' => 'outcome',
            'scenario' => '/^phpredis6: sorted sets/',
        ],
        [
            'reason' => 'Values of hRandField() are unserialized; phpredis returns their bytes',
            'methods' => ['hrandfield'],
            'aspect' => 'outcome',
            'scenario' => '/^phpredis6: hashes/',
            'theirs' => "/'a:1:\{i:0;i:1;\}'/",
        ],
        [
            'reason' => 'exec() without multi() is null, as in phpredis 5.3',
            'methods' => ['exec'],
            'aspect' => 'outcome',
            'ours' => '/^null$/',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'Channels that were not subscribed to are true in the result of an unsubscription, as in phpredis 5.3',
            'methods' => ['unsubscribe', 'punsubscribe', 'sunsubscribe'],
            'aspect' => 'outcome',
        ],
        [
            'reason' => 'zUnion() and zInter() with a destination are those of phpredis 5.3',
            'methods' => ['zunion', 'zinter', 'exec', 'combined'],
            'aspect' => ['outcome', 'data', 'last error'],
            'scenario' => '/: (z(Union|Inter)\/4\d|combined)/',
        ],
    ],
    'Several nodes, methods of phpredis 6.2' => [
        [
            'reason' => 'REPLICAOF and FAILOVER are for one server: they are rejected if there are several',
            'methods' => ['replicaof', 'failover'],
            'ours' => '/CROSSNODE/',
        ],
    ],
];
