<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\ClusterTestCase;

/** The code in docs/migration.md. */
final class MigrationTest extends ClusterTestCase
{
    public function testCopyingFromRedisArrayKeepsValuesAndExpiryOfAllKeys(): void
    {
        if (!extension_loaded('redis')) {
            self::markTestSkipped('ext-redis is not loaded; RedisArray is part of it');
        }
        $nodes = self::config()['nodes'];
        $last = array_pop($nodes);
        $hosts = array_map(static fn (array $node): string => "{$node['host']}:{$node['port']}", array_values($nodes));
        $array = new \RedisArray($hosts);
        $rediscluster = new RedisCluster(['nodes' => ['node_1' => $last], 'hash_tag' => 'strip']);
        for ($i = 0; $i < 3000; $i++) {
            $array->set("key:$i", "value $i");
        }
        $array->setex('soon', 1000, 'text');
        $array->hSet('hash', 'field', 'of a hash');
        $array->set('name{tag}', 'tagged');
        $rediscluster->set('key:7', 'kept');

        self::assertSame("key:7 is there already\n", self::outputOf($array, $rediscluster));
        self::assertSame(3003, $rediscluster->dbSize());
        self::assertSame('value 2999', $rediscluster->get('key:2999'));
        self::assertSame('kept', $rediscluster->get('key:7'));
        self::assertSame(['field' => 'of a hash'], $rediscluster->hGetAll('hash'));
        self::assertSame('tagged', $rediscluster->get('name{tag}'));
        self::assertEqualsWithDelta(1000, $rediscluster->ttl('soon'), 60);
        self::assertSame(-1, $rediscluster->ttl('hash'));
    }

    private static function outputOf(\RedisArray $array, RedisCluster $rediscluster): string
    {
        preg_match_all('/^```php(?: ignore)?\n(.*?)^```/ms', file_get_contents(dirname(__DIR__) . '/docs/migration.md'), $blocks);
        ob_start();
        try {
            eval(current(preg_grep('/->_hosts\(\)/', $blocks[1])));
        } finally {
            $output = ob_get_clean();
        }
        return $output;
    }
}
