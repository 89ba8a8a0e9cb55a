<?php

declare(strict_types=1);

// The differences between RedisCluster\RedisCluster and phpredis 6.2 that the tests allow, besides those of allowed_differences.php.

namespace RedisCluster\Tests\Differential;

return [
    'Arguments of phpredis 6.2' => [
        [
            'reason' => 'Warnings about arguments have the texts of phpredis 5.3; a call that only phpredis 6 rejects with a warning, such as one with an unknown subcommand, is rejected by the server',
            'cases' => [
                [
                    'aspect' => 'warnings',
                    'ours' => '/2 redis::\w+\(\): /',
                    'theirs' => '/2 redis::\w+\(\): /',
                ],
                [
                    'aspect' => 'warnings',
                    'theirs' => '/2 redis::\w+\(\): /',
                ],
                [
                    'methods' => ['xinfo'],
                    'aspect' => 'warnings',
                    'ours' => '/not a valid option/',
                ],
                [
                    'methods' => ['function', 'geoadd', 'acl', 'command', 'client', 'xinfo', 'hscan', 'sscan', 'zscan', 'zrange', 'zrangestore', 'failover', 'zrangebyscore', 'zrevrangebyscore', 'xtrim'],
                    'aspect' => 'last error',
                ],
            ],
        ],
        [
            'reason' => 'The types of arguments that phpredis 6 does not check are checked before anything is sent',
            'methods' => ['zrangebyscore', 'zrevrangebyscore', 'georadius', 'georadius_ro', 'georadiusbymember', 'georadiusbymember_ro', 'geosearch', 'failover', 'zrangestore'],
            'aspect' => 'outcome',
            'ours' => '/^throws TypeError: /',
            'theirs' => '/^(?!throws)/',
        ],
        [
            'reason' => 'PHP converts a number or true for a parameter that accepts strings and ints to an int, where phpredis 6 sends its text',
            'about' => 'extension',
            'methods' => ['zrange', 'xtrim', 'bitcount'],
            'aspect' => ['outcome', 'data'],
            'scenario' => '/ with unsuitable scalars|^invalid_arguments/',
        ],
        [
            'reason' => "The iterator '0' starts a scan, as in phpredis 5.3",
            'phpredis' => 6,
            'methods' => ['hscan'],
            'aspect' => ['outcome', 'arguments'],
            'scenario' => '/: scanned/',
        ],
    ],
    'Results of phpredis 6.2' => [
        [
            'reason' => 'The serializer msgpack works if its extension is loaded; phpredis 6 has it only if it was built with it',
            'about' => 'extension',
            'methods' => ['setoption'],
            'aspect' => 'outcome',
            'scenario' => '/: read and written/',
            'theirs' => '/^false$/',
        ],
        [
            'reason' => 'Objects with the same configuration share connections, and the numbers of bytes',
            'about' => 'servers',
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
            'reason' => 'zUnion() and zInter() with a destination are those of phpredis 5.3',
            'about' => 'extension',
            'methods' => ['zunion', 'zinter', 'exec', 'combined'],
            'aspect' => ['outcome', 'data', 'last error'],
            'scenario' => '/: (z(Union|Inter)\/4\d|combined)/',
        ],
    ],
    'Several nodes, methods of phpredis 6.2' => [
        [
            'reason' => 'REPLICAOF and FAILOVER are for one server: they are rejected if there are several',
            'about' => 'servers',
            'methods' => ['replicaof', 'failover'],
            'ours' => '/CROSSNODE/',
        ],
        [
            'reason' => 'The lists of slowLog() and client() are those of each server',
            'about' => 'servers',
            'methods' => ['slowlog', 'client'],
            'aspect' => 'outcome',
            'theirs' => '/^\[/',
        ],
    ],
];
