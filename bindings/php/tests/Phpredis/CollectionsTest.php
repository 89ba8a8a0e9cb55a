<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Tests\Support\RedisClusterTestCase;

/** The methods of hashes, lists, sets and sorted sets. */
final class CollectionsTest extends RedisClusterTestCase
{
    public function testAMissingKeyReturnsAnEmptyArrayOrFalse(): void
    {
        $calls = [['hGetAll'], ['hKeys'], ['hVals'], ['lRange', 0, -1], ['sMembers'], ['sInter'], ['zRange', 0, -1, true], ['zPopMin']];
        foreach ($calls as $call) {
            $method = array_shift($call);
            self::assertSame([], $this->redis->$method('nothing', ...$call), $method);
        }
        $calls = [['hGet', 'f'], ['lPop'], ['lIndex', 0], ['sPop'], ['zScore', 'm'], ['zRank', 'm'], ['hRandField']];
        foreach ($calls as $call) {
            $method = array_shift($call);
            self::assertFalse($this->redis->$method('nothing', ...$call), $method);
        }
        self::assertSame([], $this->redis->sPop('nothing', 2));
        self::assertSame([], $this->redis->lPop('nothing', 2));
        self::assertSame([], $this->redis->blPop('nothing', 'none', 0.01));
    }

    public function testAKeyOfTheWrongTypeReturnsFalse(): void
    {
        $this->redis->set('text', 'x');
        $calls = [['hGetAll'], ['lRange', 0, -1], ['sMembers'], ['zRange', 0, -1, true], ['hMGet', ['f']], ['sPop', 2], ['zPopMin']];
        foreach ($calls as $call) {
            $method = array_shift($call);
            self::assertFalse($this->redis->$method('text', ...$call), $method);
            self::assertStringStartsWith('WRONGTYPE', (string) $this->redis->getLastError());
        }
    }

    public function testHashMethodsReturnAssociativeArrays(): void
    {
        self::assertTrue($this->redis->hMSet('h', ['a' => '1', 7 => 'x', 'e' => '']));
        self::assertSame(['a' => '1', 7 => 'x', 'e' => ''], $this->redis->hGetAll('h'));
        self::assertSame(['e' => '', 'z' => false, 7 => 'x'], $this->redis->hMGet('h', ['e', 'z', 7, '', null]));
        self::assertSame(['a', '7', 'e'], $this->redis->hKeys('h'));
        self::assertSame(['1', 'x', ''], $this->redis->hVals('h'));
        self::assertTrue($this->redis->hExists('h', 'a'));
        self::assertFalse($this->redis->hExists('h', 'z'));
        self::assertSame(3, $this->redis->hLen('h'));
        self::assertSame(2, $this->redis->hDel('h', 'a', 'z', 'e'));
        self::assertFalse($this->redis->hMGet('h', []));
    }

    public function testHashFieldsCanBeIncremented(): void
    {
        self::assertSame(5, $this->redis->hIncrBy('h', 'n', 5));
        self::assertSame(5.5, $this->redis->hIncrByFloat('h', 'n', 0.5));
        self::assertTrue($this->redis->hSetNx('h', 'm', 'x'));
        self::assertFalse($this->redis->hSetNx('h', 'm', 'y'));
        self::assertSame(3, $this->redis->hStrLen('h', 'n'));
    }

    public function testHSetAcceptsOnePairSeveralPairsOrAnArray(): void
    {
        self::assertSame(1, $this->redis->hSet('h', 'a', 1));
        self::assertSame(2, $this->redis->hSet('h', 'b', 2, 'c', 3));
        self::assertSame(1, $this->redis->hSet('h', ['a' => 5, 'd' => 4]));
        self::assertSame(['a' => '5', 'b' => '2', 'c' => '3', 'd' => '4'], $this->redis->hGetAll('h'));
    }

    public function testOptionsDetermineTheFormatOfRandomFieldsAndMembers(): void
    {
        $this->redis->hSet('h', 'a', '1');
        $this->redis->zAdd('z', 1.5, 'a');
        self::assertSame('a', $this->redis->hRandField('h'));
        self::assertSame('a', $this->redis->hRandField('h', ['count' => 0]));
        self::assertSame(['a'], $this->redis->hRandField('h', ['count' => 2]));
        self::assertSame(['a' => '1'], $this->redis->hRandField('h', ['count' => 2, 'withvalues' => true]));
        self::assertSame('a', $this->redis->zRandMember('z'));
        self::assertSame(['a' => 1.5], $this->redis->zRandMember('z', ['count' => 2, 'withscores' => true]));
    }

    public function testListMethodsReturnElementsAndCounts(): void
    {
        self::assertSame(4, $this->redis->rPush('l', 'a', 'b', 'c', 'b'));
        self::assertSame(['b', 'c', 'b'], $this->redis->lRange('l', 1, -1));
        self::assertSame(2, $this->redis->lRem('l', 'b', 0));
        self::assertSame(3, $this->redis->lInsert('l', 'AFTER', 'a', 'x'));
        self::assertSame(-1, $this->redis->lInsert('l', 'before', 'nothing', 'x'));
        self::assertTrue($this->redis->lSet('l', 0, 'A'));
        self::assertFalse($this->redis->lSet('l', 99, 'A'));
        self::assertTrue($this->redis->lTrim('l', 0, 1));
        self::assertSame(['A', 'x'], $this->redis->lPop('l', 5));
        self::assertSame(0, $this->redis->rPushX('l', 'y'));
    }

    public function testBlockingPopsReturnKeyAndElement(): void
    {
        [$a, $b] = [$this->keyOn('node_1'), $this->keyOn('node_2')];
        $this->redis->rPush($b, 'x', 'y', 'z');
        self::assertSame([$b, 'x'], $this->redis->blPop($a, $b, 1));
        self::assertSame([$b, 'z'], $this->redis->brPop([$a, $b], 1));
        self::assertSame('y', $this->redis->blMove($b, $a, 'left', 'right', 1.5));
        $this->redis->zAdd('z', 2.5, 'm');
        self::assertSame(['z', 'm', '2.5'], $this->redis->bzPopMin('none', 'z', 1));
    }

    public function testPopsOfSeveralKeysReturnTheFirstNonEmptyKey(): void
    {
        $this->redis->rPush('l', 'a', 'b', 'c');
        self::assertSame(['l', ['c', 'b']], $this->redis->lMPop(['nothing', 'l'], 'right', 2));
        self::assertFalse($this->redis->lMPop(['nothing'], 'left'));
        $this->redis->zAdd('z', 1, 'a', 2, 'b');
        self::assertSame(['z', ['b' => 2.0]], $this->redis->zMPop(['nothing', 'z'], 'max'));
        self::assertSame(['z', ['a' => 1.0]], $this->redis->bzMPop(0.1, ['nothing', 'z'], 'min', 5));
    }

    public function testLPosReturnsOneOrSeveralPositions(): void
    {
        $this->redis->rPush('l', 'a', 'b', 'a');
        self::assertSame(0, $this->redis->lPos('l', 'a'));
        self::assertSame(2, $this->redis->lPos('l', 'a', ['rank' => 2]));
        self::assertSame([0, 2], $this->redis->lPos('l', 'a', ['count' => 0]));
        self::assertFalse($this->redis->lPos('l', 'z'));
        self::assertSame([], $this->redis->lPos('l', 'z', ['count' => 1]));
    }

    public function testSetMethodsReturnMembersAndCounts(): void
    {
        self::assertSame(3, $this->redis->sAdd('a', 'x', 'y', 'z'));
        self::assertSame(1, $this->redis->sAddArray('b', ['x']));
        self::assertTrue($this->redis->sIsMember('a', 'x'));
        self::assertSame([1, 0], $this->redis->sMisMember('a', 'x', 'q'));
        self::assertSame(['x'], $this->redis->sInter(['a', 'b']));
        self::assertSame(['x'], $this->redis->sInter('a', 'b'));
        self::assertEqualsCanonicalizing(['y', 'z'], $this->redis->sDiff('a', 'b'));
        self::assertSame(1, $this->redis->sInterCard(['a', 'b']));
        self::assertSame(2, $this->redis->sRem('a', 'y', 'z', 'q'));
        self::assertSame('x', $this->redis->sRandMember('a'));
        self::assertSame(['x'], $this->redis->sRandMember('a', 5));
        self::assertSame('x', $this->redis->sPop('a'));
        self::assertSame(['x'], $this->redis->sPop('b', 5));
    }

    public function testScoresAreFloats(): void
    {
        self::assertSame(4, $this->redis->zAdd('z', 1, 'a', 2.5, 'b', '+inf', 'c', '-inf', 7));
        self::assertSame([7 => -INF, 'a' => 1.0, 'b' => 2.5, 'c' => INF], $this->redis->zRange('z', 0, -1, true));
        self::assertSame(2.5, $this->redis->zScore('z', 'b'));
        self::assertSame(INF, $this->redis->zScore('z', 'c'));
        self::assertSame(3.0, $this->redis->zIncrBy('z', 0.5, 'b'));
        self::assertSame([1.0, false], $this->redis->zMScore('z', 'a', 'q'));
        self::assertSame(['c' => INF], $this->redis->zPopMax('z'));
        self::assertSame([7 => -INF, 'a' => 1.0], $this->redis->zPopMin('z', 2));
    }

    public function testZAddAcceptsOptions(): void
    {
        self::assertSame(1, $this->redis->zAdd('z', ['nx'], 1, 'a'));
        self::assertSame(0, $this->redis->zAdd('z', ['NX'], 2, 'a'));
        self::assertSame(1, $this->redis->zAdd('z', ['XX', 'CH'], 5, 'a', 1, 'b'));
        self::assertSame(0, $this->redis->zAdd('z', ['GT', 'CH'], 3, 'a'));
        self::assertSame(6.5, $this->redis->zAdd('z', ['INCR'], 1.5, 'a'));
        self::assertFalse($this->redis->zAdd('z', 'options', 1, 'a'));
    }

    public function testSortedSetRangesAcceptOptionsAndLimits(): void
    {
        $this->redis->zAdd('z', 1, 'a', 2, 'b', 3, 'c');
        self::assertSame(['a', 'b'], $this->redis->zRange('z', 0, 1));
        self::assertSame(['c' => 3.0], $this->redis->zRevRange('z', 0, 0, ['withscores' => true]));
        self::assertSame(['c', 'b', 'a'], $this->redis->zRange('z', 0, -1, ['rev']));
        self::assertSame(['b'], $this->redis->zRange('z', '(1', '+inf', ['byscore', 'limit' => [0, 1]]));
        self::assertSame(['b', 'c'], $this->redis->zRangeByScore('z', '(1', '+inf'));
        self::assertSame(['b' => 2.0], $this->redis->zRangeByScore('z', 0, 9, ['withscores' => true, 'limit' => [1, 1]]));
        self::assertSame(['c', 'b', 'a'], $this->redis->zRevRangeByScore('z', 9, 0));
        self::assertSame(['a', 'b'], $this->redis->zRangeByLex('z', '-', '(c'));
        self::assertSame(['b'], $this->redis->zRangeByLex('z', '-', '+', 1, 1));
        self::assertSame(2, $this->redis->zLexCount('z', '[b', '+'));
        self::assertSame(2, $this->redis->zCount('z', 2, '+inf'));
        self::assertSame(2, $this->redis->zRangeStore('y', 'z', 0, 1));
        self::assertSame(1, $this->redis->zRemRangeByRank('z', 0, 0));
        self::assertSame(1, $this->redis->zRemRangeByScore('z', 3, 3));
    }

    public function testSortedSetsAreCombinedAcrossNodes(): void
    {
        $this->redis->zAdd('z', 1, 'a', 2, 'b');
        $this->redis->zAdd('y', 10, 'b', 20, 'c');
        self::assertSame(3, $this->redis->zUnionStore('d', ['z', 'y'], [2, 1], 'max'));
        self::assertSame(['a' => 2.0, 'b' => 10.0, 'c' => 20.0], $this->redis->zRange('d', 0, -1, true));
        self::assertSame(1, $this->redis->zInterStore('d', ['z', 'y']));
        self::assertSame(1, $this->redis->zInter('d', ['z', 'y']), 'the name of phpredis 5.3 for zInterStore');
        self::assertSame(['b'], $this->redis->zInter(['z', 'y']));
        self::assertSame(['b' => 12.0], $this->redis->zInter(['z', 'y'], null, ['withscores' => true]));
        self::assertSame(['a' => 1.0], $this->redis->zDiff(['z', 'y'], ['withscores' => true]));
        self::assertSame(['a', 'b', 'c'], $this->redis->zUnion(['z', 'y']));
        self::assertSame(1, $this->redis->zInterCard(['z', 'y']));
    }
}
