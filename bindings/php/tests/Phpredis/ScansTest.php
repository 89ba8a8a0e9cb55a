<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Client;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

final class ScansTest extends RedisClusterTestCase
{
    /**
     * The merged pages of a complete scan.
     *
     * @param \Closure(mixed): (array<mixed>|false) $page receives the iterator by reference and returns the next page
     * @return array<mixed>
     */
    private static function all(\Closure $page): array
    {
        $all = [];
        $iterator = null;
        while (($found = $page($iterator)) !== false) {
            foreach ($found as $name => $value) {
                \is_int($name) ? $all[] = $value : $all[$name] = $value;
            }
        }
        self::assertSame(0, $iterator);
        return $all;
    }

    /** @return list<string> */
    private function fill(int $keys, string $prefix = 'key:'): array
    {
        $names = array_map(static fn (int $i): string => $prefix . $i, range(1, $keys));
        $this->redis->mset(array_fill_keys($names, 'x'));
        return $names;
    }

    public function testScanReturnsEveryKeyOfAllNodes(): void
    {
        $names = $this->fill(2000);
        self::assertEqualsCanonicalizing($names, array_unique(self::all(fn (mixed &$it) => $this->redis->scan($it))));
        self::assertEqualsCanonicalizing($names, array_unique(self::all(fn (mixed &$it) => $this->redis->scan($it, null, 500))));
        self::assertEqualsCanonicalizing($names, array_unique(self::all(fn (mixed &$it) => $this->redis->SCAN($it, '*', 7))));
    }

    public function testScanFiltersByPatternAndType(): void
    {
        $this->fill(200);
        $this->redis->sAdd('key:set', 'x');
        self::assertSame(['key:77'], self::all(fn (mixed &$it) => $this->redis->scan($it, '*:77')));
        self::assertSame(['key:set'], self::all(fn (mixed &$it) => $this->redis->scan($it, 'key:*', 50, 'set')));
    }

    public function testAnIteratorStartsAsNullAndEndsAsZero(): void
    {
        $iterator = null;
        self::assertIsArray($this->redis->hScan('none', $iterator));
        self::assertSame(0, $iterator);
        self::assertFalse($this->redis->hScan('none', $iterator));
        self::assertFalse($this->redis->scan($iterator));
        foreach ([null, '0', 'text', false, -1] as $iterator) {
            self::assertIsArray($this->redis->hScan('none', $iterator));
        }
    }

    public function testPagesMayBeEmptyWithoutScanRetry(): void
    {
        $this->fill(1000);
        $pages = 0;
        self::all(function (mixed &$it) use (&$pages) {
            $pages++;
            return $this->redis->scan($it, 'key:500', 10);
        });
        self::assertGreaterThan(50, $pages);
        $this->redis->setOption(RedisCluster::OPT_SCAN, RedisCluster::SCAN_RETRY);
        $iterator = null;
        self::assertSame(['key:500'], $this->redis->scan($iterator, 'key:500', 10));
        $iterator = null;
        self::assertSame([], $this->redis->scan($iterator, 'nobody', 10));
        self::assertSame(0, $iterator);
    }

    public function testScanPrefixAddsThePrefixToThePattern(): void
    {
        $this->fill(3, 'app:');
        $this->redis->set('other', 'x');
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'app:');
        self::assertCount(4, self::all(fn (mixed &$it) => $this->redis->scan($it)));
        self::assertSame([], self::all(fn (mixed &$it) => $this->redis->scan($it, '1')));
        self::assertSame(['app:1'], self::all(fn (mixed &$it) => $this->redis->scan($it, 'app:1')));
        $this->redis->setOption(RedisCluster::OPT_SCAN, RedisCluster::SCAN_PREFIX);
        self::assertSame(['app:1'], self::all(fn (mixed &$it) => $this->redis->scan($it, '1')));
        self::assertCount(3, self::all(fn (mixed &$it) => $this->redis->scan($it)));
    }

    public function testScansOfHashesSetsAndSortedSetsReturnAllEntries(): void
    {
        $fields = array_map(static fn (int $i): string => "field$i", range(1, 1000));
        $this->redis->hMset('hash', array_combine($fields, $fields));
        $this->redis->sAdd('set', ...$fields);
        $this->redis->zAdd('zset', ...array_merge(...array_map(static fn (int $i): array => [$i / 2, "field$i"], range(1, 1000))));
        self::assertEquals($this->redis->hGetAll('hash'), self::all(fn (mixed &$it) => $this->redis->hScan('hash', $it)));
        self::assertEqualsCanonicalizing($fields, array_unique(self::all(fn (mixed &$it) => $this->redis->sScan('set', $it, null, 100))));
        self::assertEquals($this->redis->zRange('zset', 0, -1, true), self::all(fn (mixed &$it) => $this->redis->zScan('zset', $it, '*')));
        self::assertSame(['field3' => 1.5], self::all(fn (mixed &$it) => $this->redis->zScan('zset', $it, 'field3')));
    }

    public function testAKeyOfAnotherTypeReturnsFalse(): void
    {
        $this->redis->set('string', 'x');
        $iterator = null;
        self::assertFalse($this->redis->sScan('string', $iterator));
        self::assertStringStartsWith('WRONGTYPE', (string) $this->redis->getLastError());
    }

    /** A cursor is valid only on the server that issued it, and reads rotate over replicas. */
    public function testScansReadFromMasters(): void
    {
        $nodes = self::config()['nodes'];
        $clientOf = static fn (string $alias): Client => new Client(['nodes' => ['node_1' => $nodes[$alias]], 'read_timeout' => 30]);
        [$master, $replica] = [$clientOf('node_1'), $clientOf('node_3')];
        $master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
        $replica->command('CONFIG', 'SET', 'replica-read-only', 'no');
        $replica->command('REPLICAOF', '127.0.0.1', $nodes['node_1']['port']);
        try {
            self::assertSame(1, $master->command('WAIT', 1, 20_000));
            $redis = new RedisCluster(self::config(2, ['read' => 'replica', 'refresh_interval' => 0.01]));
            for ($i = 0; !isset($redis->getnodefor("set$i")['node_1']); $i++) {
            }
            $replica->command('SADD', "set$i", 'only on the replica');
            self::assertSame(1, $redis->sCard("set$i"));
            $iterator = null;
            self::assertSame([], $redis->sScan("set$i", $iterator));
            self::assertSame([], self::all(fn (mixed &$it) => $redis->scan($it)));
        } finally {
            $replica->command('REPLICAOF', 'NO', 'ONE');
            $replica->command('CONFIG', 'SET', 'replica-read-only', 'yes');
            $master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 5);
        }
    }

    public function testValuesAndMembersAreUnserializedAndFieldsAreNot(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_PHP);
        $this->redis->hSet('hash', 'field', [1, 2]);
        $this->redis->sAdd('set', ['a' => true]);
        $this->redis->zAdd('zset', 1.5, 7);
        self::assertSame(['field' => [1, 2]], self::all(fn (mixed &$it) => $this->redis->hScan('hash', $it)));
        self::assertSame([['a' => true]], self::all(fn (mixed &$it) => $this->redis->sScan('set', $it)));
        $iterator = null;
        self::assertSame([7 => 1.5], $this->redis->zScan('zset', $iterator));
    }

    public function testScanThrowsInAPipelineOrTransaction(): void
    {
        foreach ([RedisCluster::MULTI, RedisCluster::PIPELINE] as $mode) {
            $this->redis->multi($mode);
            $iterator = null;
            $thrown = self::thrownBy(fn () => $this->redis->scan($iterator));
            self::assertStringContainsString('multi or pipeline mode', $thrown->getMessage());
            $this->redis->discard();
        }
    }

    public function testAFailedScanKeepsTheIterator(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_1'));
        $iterator = null;
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => $redis->scan($iterator)));
        self::assertNull($iterator);
    }

    public function testAnIteratorMayBeLargerThanAnInt(): void
    {
        $iterator = '18446744073709551615';
        $this->redis->sAdd('set', 'x');
        self::assertIsArray($this->redis->sScan('set', $iterator));
    }
}
