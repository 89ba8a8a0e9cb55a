<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** The methods of strings, bits and keys. */
final class StringsAndKeysTest extends RedisClusterTestCase
{
    public function testAMissingKeyReturnsFalseOrAnEmptyValue(): void
    {
        self::assertFalse($this->redis->get('nothing'));
        self::assertSame([false, false], $this->redis->mget(['nothing', 'none']));
        self::assertFalse($this->redis->getSet('foo', 'bar'));
        self::assertSame('', $this->redis->getRange('nothing', 0, -1));
        self::assertSame(0, $this->redis->exists('nothing'));
        self::assertSame(-2, $this->redis->ttl('nothing'));
        self::assertFalse($this->redis->persist('nothing'));
        self::assertFalse($this->redis->dump('nothing'));
        self::assertSame(RedisCluster::REDIS_NOT_FOUND, $this->redis->type('nothing'));
    }

    public function testSetAcceptsOptions(): void
    {
        self::assertTrue($this->redis->set('foo', 'a', ['nx', 'ex' => 10]));
        self::assertSame(10, $this->redis->ttl('foo'));
        self::assertFalse($this->redis->set('foo', 'b', ['NX']));
        self::assertTrue($this->redis->set('foo', 'b', ['xx', 'KEEPTTL']));
        self::assertSame(10, $this->redis->ttl('foo'));
        self::assertTrue($this->redis->set('foo', 'c', 20));
        self::assertSame(20, $this->redis->ttl('foo'));
        self::assertTrue($this->redis->set('foo', 'd', ['PX' => 30_000]));
        self::assertTrue($this->redis->set('foo', 'e', ['EXAT' => 4_000_000_000]));
        self::assertSame(4_000_000_000, $this->redis->expireTime('foo'));
        self::assertSame('e', $this->redis->set('foo', 'f', ['get']));
        self::assertTrue($this->redis->set('foo', 'g', null));
        self::assertSame(-1, $this->redis->ttl('foo'));
    }

    public function testCallsThatPhpredisRejectsReturnFalseWithAWarning(): void
    {
        $this->redis->set('foo', 'kept');
        $rejected = [
            ["EXPIRE can't be < 1", 'set', 'foo', 'bar', 0],
            ["EXPIRE can't be < 1", 'set', 'foo', 'bar', ['ex' => 'soon']],
            ['Expire must be', 'set', 'foo', 'bar', true],
            ["KEEPTTL can't be combined", 'set', 'foo', 'bar', ['keepttl', 'ex' => 10]],
            ['Invalid OFFSET', 'setBit', 'foo', -1, 1],
            ['Invalid subcommand', 'object', 'colour', 'foo'],
            ["Position must be", 'lInsert', 'l', 'beside', 'a', 'b'],
            ['Scores must be numeric', 'zAdd', 'z', 'high', 'a'],
            ['same size', 'zUnionStore', 'z', ['a', 'b'], [1]],
            ['Invalid AGGREGATE', 'zUnionStore', 'z', ['a', 'b'], null, 'mean'],
            ['3 or 5 arguments', 'zRangeByLex', 'z', '-', '+', 1],
            ["start with '[' or '('", 'zRangeByLex', 'z', 'a', 'b'],
            ['first argument must be a string', 'rawCommand', 5],
            ['must be scalar', 'rawCommand', 'GET', null],
        ];
        foreach ($rejected as $call) {
            [$warning, $method] = $call;
            $arguments = array_slice($call, 2);
            [$result, $warnings] = self::captureWarnings(fn () => $this->redis->$method(...$arguments));
            self::assertFalse($result);
            self::assertCount(1, $warnings);
            self::assertStringContainsString($warning, $warnings[0]);
            self::assertStringContainsString("RedisCluster::$method()", $warnings[0]);
        }
        self::assertSame('kept', $this->redis->get('foo'));
    }

    public function testCountersReturnIntegersOrFloats(): void
    {
        self::assertSame(1, $this->redis->incr('n'));
        self::assertSame(6, $this->redis->incr('n', 5));
        self::assertSame(4, $this->redis->decr('n', 2));
        self::assertSame(14, $this->redis->incrBy('n', 10));
        self::assertSame(14.1, $this->redis->incrByFloat('n', 0.1));
        self::assertSame(3, $this->redis->append('text', 'abc'));
        self::assertSame(5, $this->redis->setRange('text', 3, 'de'));
        self::assertSame(5, $this->redis->strlen('text'));
        self::assertSame('bcd', $this->redis->getRange('text', 1, 3));
    }

    public function testTypeReturnsAConstant(): void
    {
        $this->redis->set('a', '1');
        $this->redis->sAdd('b', '1');
        $this->redis->lPush('c', '1');
        $this->redis->zAdd('d', 1, '1');
        $this->redis->hSet('e', '1', '1');
        $this->redis->rawCommand('XADD', 'f', '*', 'a', 'b');
        self::assertSame([1, 2, 3, 4, 5, 6], array_map($this->redis->type(...), ['a', 'b', 'c', 'd', 'e', 'f']));
        self::assertSame(RedisCluster::REDIS_STREAM, $this->redis->type('f'));
    }

    public function testKeysAreAcceptedAsArgumentsOrAsAnArray(): void
    {
        foreach (['exists', 'touch', 'unlink', 'del'] as $method) {
            $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3']);
            self::assertSame(3, $this->redis->$method('a', 'b', 'c', 'nothing'), $method);
            $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3']);
            self::assertSame(2, $this->redis->$method(['a', 'b']), $method);
        }
    }

    public function testExpireAcceptsAMode(): void
    {
        $this->redis->set('foo', 'bar');
        self::assertFalse($this->redis->expire('foo', 100, 'XX'));
        self::assertTrue($this->redis->expire('foo', 100));
        self::assertFalse($this->redis->pExpire('foo', 200_000, 'LT'));
        self::assertTrue($this->redis->expireAt('foo', 4_000_000_000));
        self::assertTrue($this->redis->persist('foo'));
    }

    public function testADumpCanBeRestoredOnAnotherNode(): void
    {
        $this->redis->rPush($this->keyOn('node_1'), 'a', 'b');
        $dump = $this->redis->dump($this->keyOn('node_1'));
        self::assertTrue($this->redis->restore($this->keyOn('node_2'), 0, $dump));
        self::assertTrue($this->redis->restore($this->keyOn('node_2'), 5000, $dump, ['REPLACE']));
        self::assertSame(['a', 'b'], $this->redis->lRange($this->keyOn('node_2'), 0, -1));
    }

    public function testCopyAcceptsOptions(): void
    {
        [$a, $b] = [$this->keyOn('node_1'), $this->keyOn('node_2')];
        $this->redis->set($a, 'x');
        self::assertTrue($this->redis->copy($a, $b));
        self::assertFalse($this->redis->copy($a, $b));
        self::assertTrue($this->redis->copy($a, $b, ['REPLACE' => true]));
        self::assertFalse($this->redis->copy('nothing', $b, ['REPLACE']));
    }

    public function testSortAcceptsOptions(): void
    {
        $this->redis->rPush('l{t}', 3, 1, 2);
        $this->redis->mset(['w1{t}' => 3, 'w2' => 2, 'w3' => 1, 'v1' => 'one', 'v2' => 'two']);
        self::assertSame(['1', '2', '3'], $this->redis->sort('l{t}'));
        self::assertSame(['3', '2'], $this->redis->sort('l{t}', ['SORT' => 'desc', 'limit' => [0, 2]]));
        self::assertSame(['3', '2', '1'], $this->redis->sort('l{t}', ['by' => 'w*']));
        self::assertSame(['1', 'one', '2', 'two', '3', false], $this->redis->sort('l{t}', ['get' => ['#', 'v*']]));
        self::assertSame(['1'], $this->redis->sort('l{t}', ['alpha' => true, 'limit' => [0, 1]]));
        self::assertSame(3, $this->redis->sort('l{t}', ['store' => 'sorted']));
        self::assertSame(['3', '2', '1'], $this->redis->sortDesc('l{t}'));
        self::assertSame(['1', '2'], $this->redis->sortAscAlpha('l{t}', null, null, 0, 2));
        self::assertSame(['2', '3'], $this->redis->sort_ro('l{t}', ['limit' => [1, 5]]));
    }

    public function testBitMethodsReturnBitsAndCounts(): void
    {
        self::assertSame(0, $this->redis->setBit('a', 1, true));
        self::assertSame(1, $this->redis->setBit('a', 1, false));
        self::assertSame(0, $this->redis->setBit('a', 7, 1));
        self::assertSame(1, $this->redis->getBit('a', 7));
        self::assertSame(1, $this->redis->bitCount('a'));
        self::assertSame(0, $this->redis->bitCount('a', 0, 6, true));
        self::assertSame(7, $this->redis->bitPos('a', 1));
        self::assertSame(7, $this->redis->bitPos('a', 2), 'as in phpredis 6');
        self::assertSame(1, $this->redis->bitOp('or', 'c', 'a', 'b'));
    }

    public function testHyperLogLogsAreCountedAndMergedAcrossNodes(): void
    {
        self::assertSame(1, $this->redis->pfAdd('a', ['x', 'y']));
        self::assertSame(1, $this->redis->pfAdd('b', ['y', 'z']));
        self::assertSame(2, $this->redis->pfCount('a'));
        self::assertSame(3, $this->redis->pfCount(['a', 'b']));
        self::assertTrue($this->redis->pfMerge('c', ['a', 'b']));
        self::assertSame(3, $this->redis->pfCount('c'));
    }

    public function testStringMethodsOfPhpredis6Work(): void
    {
        $this->redis->mset(['a' => 'ohmytext', 'b' => 'mynewtext']);
        self::assertSame('mytext', $this->redis->lcs('a', 'b'));
        self::assertSame(6, $this->redis->lcs('a', 'b', ['len' => true]));
        self::assertSame('ohmytext', $this->redis->getEx('a', ['EX' => 100]));
        self::assertSame(100, $this->redis->ttl('a'));
        $this->redis->getEx('a', ['PERSIST' => true]);
        self::assertSame(-1, $this->redis->ttl('a'));
        self::assertSame(['ohmytext', ['length' => 8]], $this->redis->getWithMeta('a'));
        self::assertSame('ohmytext', $this->redis->getDel('a'));
        self::assertFalse($this->redis->getDel('a'));
    }
}
