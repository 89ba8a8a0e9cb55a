<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/**
 * The data that is stored on the servers before a sample runs. With three nodes, the keys `one`, `two` and `six` are on three different
 * nodes; `one`, `three`, `seven` and `eight` are on one node, so that a transaction can use them all.
 */
final class Fixtures
{
    public const KEYS_ON_NODE_OF_ONE = ['two' => 'three', 'six' => 'seven', 'none' => 'eight'];

    private const DATA = [
        'none' => [],
        'string' => [['SET', 'one', 'first'], ['SET', 'two', 'second'], ['SET', 'six', 'sixth']],
        'number' => [['SET', 'one', '10'], ['SET', 'two', '20']],
        'list' => [['RPUSH', 'one', 'a', 'b', 'c', 'b'], ['RPUSH', 'two', 'x', 'y'], ['RPUSH', 'six', 'z']],
        'numbers' => [['RPUSH', 'one', '3', '20', '1'], ['SADD', 'two', '5', '4'], ['SET', 'w_1', '9'], ['SET', 'w_3', '2'], ['SET', 'w_20', '5']],
        'set' => [['SADD', 'one', 'a', 'b', 'c'], ['SADD', 'two', 'b', 'c', 'd'], ['SADD', 'six', 'c']],
        'zset' => [['ZADD', 'one', '1', 'a', '2.5', 'b', '3', 'c'], ['ZADD', 'two', '10', 'b', '20', 'c'], ['ZADD', 'six', '5', 'c']],
        'lexicographic' => [['ZADD', 'one', '0', 'a', '0', 'b', '0', 'c', '0', 'd']],
        'hash' => [['HSET', 'one', 'f', 'v', 'n', '5', 'e', '', '7', 'seven'], ['HSET', 'two', 'f', 'w']],
        'hyperloglog' => [['PFADD', 'one', 'a', 'b', 'c'], ['PFADD', 'two', 'c', 'd'], ['PFADD', 'six', 'e']],
        'geo' => [
            ['GEOADD', 'one', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania'],
            ['GEOADD', 'two', '2.3522', '48.8566', 'Paris'],
        ],
        'stream' => [
            ['XADD', 'one', '1-1', 'a', '1'], ['XADD', 'one', '2-1', 'b', '2', 'c', '3'], ['XADD', 'one', '3-1', 'd', '4'],
            ['XADD', 'two', '1-1', 'x', 'y'],
            ['XGROUP', 'CREATE', 'one', 'group', '0'], ['XGROUP', 'CREATE', 'two', 'group', '0'],
        ],
    ];

    /** @return list<list<string>> commands */
    public static function named(string $name): array
    {
        return self::DATA[$name];
    }

    /** Data of another type than the sample expects. */
    public static function ofAnotherTypeThan(string $name): array
    {
        return self::DATA[\in_array($name, ['list', 'numbers'], true) ? 'set' : 'list'];
    }

    /**
     * The same arguments or commands with keys of one node only.
     *
     * @param array<mixed> $arguments
     * @return array<mixed>
     */
    public static function onOneNode(array $arguments): array
    {
        $mapped = [];
        foreach ($arguments as $key => $argument) {
            $key = self::KEYS_ON_NODE_OF_ONE[$key] ?? $key;
            $mapped[$key] = \is_array($argument) ? self::onOneNode($argument) : $argument;
            if (\is_string($argument)) {
                $mapped[$key] = self::KEYS_ON_NODE_OF_ONE[$argument] ?? $argument;
            }
        }
        return $mapped;
    }
}
