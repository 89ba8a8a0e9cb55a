<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Compat\Redis;
use RedisCluster\Tests\Support\ClusterTestCase;

/**
 * The calls that Magento's cache backend for Redis (Cm_Cache_Backend_Redis without `use_lua`) and its session handler make, on three nodes. The
 * tests have neither of them, so this class makes the calls itself.
 */
final class MagentoCallsTest extends ClusterTestCase
{
    private Redis $redis;

    protected function setUp(): void
    {
        parent::setUp();
        $this->redis = new Redis(['transactions' => 'per_node'] + array_diff_key(self::config(), ['hash_tag' => 0]));
    }

    public function testEntriesAreSavedAndLoadedWithTheirTags(): void
    {
        foreach (range(1, 20) as $number) {
            $this->save("id$number", "data $number", [$number % 2 === 0 ? 'EVEN' : 'ODD', 'ALL'], 7200);
        }
        self::assertSame(3, count(array_filter($this->client->each('DBSIZE'))));
        self::assertSame('data 7', $this->redis->hGet('zc:k:id7', 'd'));
        self::assertSame('ODD,ALL', $this->redis->hGet('zc:k:id7', 't'));
        self::assertFalse($this->redis->hGet('zc:k:none', 'd'));
        self::assertEqualsWithDelta(7200, $this->redis->ttl('zc:k:id7'), 60);
        self::assertEqualsCanonicalizing(['EVEN', 'ODD', 'ALL'], $this->redis->sMembers('zc:tags'));
        self::assertCount(10, $this->redis->sInter(['zc:ti:EVEN', 'zc:ti:ALL']));
        self::assertCount(20, $this->redis->sUnion(['zc:ti:EVEN', 'zc:ti:ODD']));
        self::assertCount(10, $this->redis->sDiff('zc:ids', 'zc:ti:EVEN'));
        self::assertCount(20, $this->redis->keys('zc:k:*'));
        $this->save('id1', 'changed', ['EVEN'], 7200);
        self::assertSame(11, $this->redis->sCard('zc:ti:EVEN'));
        self::assertFalse($this->redis->sIsMember('zc:ti:ODD', 'id1'));
    }

    public function testCleaningATagRemovesItsEntriesOnAllNodes(): void
    {
        foreach (range(1, 20) as $number) {
            $this->save("id$number", "data $number", [$number % 2 === 0 ? 'EVEN' : 'ODD'], 7200);
        }
        $ids = $this->redis->sUnion(['zc:ti:EVEN', 'zc:ti:OTHER']);
        $this->redis->pipeline()->multi();
        foreach (array_chunk($ids, 4) as $chunk) {
            $this->redis->del(array_map(static fn (string $id): string => "zc:k:$id", $chunk));
            $this->redis->sRem('zc:ids', ...$chunk);
        }
        $this->redis->del(['zc:ti:EVEN', 'zc:ti:OTHER']);
        $this->redis->sRem('zc:tags', 'EVEN', 'OTHER');
        $this->redis->exec();
        $this->redis->exec();
        self::assertCount(10, $this->redis->keys('zc:k:*'));
        self::assertFalse($this->redis->hGet('zc:k:id2', 'd'));
        self::assertSame(10, $this->redis->sCard('zc:ids'));
        self::assertSame(['ODD'], $this->redis->sMembers('zc:tags'));
        self::assertTrue($this->redis->flushDB());
        self::assertSame(0, array_sum($this->client->each('DBSIZE')));
    }

    public function testTheBackendReadsFiguresOfTheServers(): void
    {
        self::assertArrayHasKey('maxmemory', $this->redis->config('GET', 'maxmemory'));
        $info = $this->redis->info();
        self::assertSame(['used_memory', 'keyspace_hits', 'keyspace_misses'], array_keys(array_intersect_key(
            array_replace(['used_memory' => 0, 'keyspace_hits' => 0, 'keyspace_misses' => 0], $info),
            ['used_memory' => 0, 'keyspace_hits' => 0, 'keyspace_misses' => 0],
        )));
        self::assertIsInt($info['used_memory']);
    }

    /** A session is one hash, and its lock a field of it. */
    public function testSessionsAreLockedByAFieldOfTheirHash(): void
    {
        foreach (['sess_a', 'sess_b', 'sess_c'] as $key) {
            self::assertSame(1, $this->redis->hIncrBy($key, 'lock', 1));
            self::assertSame([1, true], $this->redis->pipeline()->hSet($key, 'pid', 'host|1')->expire($key, 60)->exec());
            self::assertSame([2, 'host|1'], $this->redis->pipeline()->hIncrBy($key, 'lock', 1)->hGet($key, 'pid')->exec());
            $this->redis->pipeline()->hMSet($key, ['data' => 'text', 'lock' => 0])->hIncrBy($key, 'writes', 1)->expire($key, 60)->exec();
            self::assertSame(['data' => 'text', 'writes' => '1'], $this->redis->hMGet($key, ['data', 'writes']));
        }
    }

    /** @param list<string> $tags */
    private function save(string $id, string $data, array $tags, int $lifetime): void
    {
        $old = array_filter(explode(',', (string) $this->redis->hGet("zc:k:$id", 't')));
        $this->redis->pipeline()->multi();
        $this->redis->hMSet("zc:k:$id", ['d' => $data, 't' => implode(',', $tags), 'm' => time(), 'i' => 0]);
        $this->redis->expire("zc:k:$id", $lifetime);
        $this->redis->sAdd('zc:tags', ...$tags);
        foreach ($tags as $tag) {
            $this->redis->sAdd("zc:ti:$tag", $id);
        }
        foreach (array_diff($old, $tags) as $tag) {
            $this->redis->sRem("zc:ti:$tag", $id);
        }
        $this->redis->sAdd('zc:ids', $id);
        $this->redis->exec();
        $this->redis->exec();
    }
}
