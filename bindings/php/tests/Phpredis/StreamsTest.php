<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

final class StreamsTest extends RedisClusterTestCase
{
    /** Adds the entries 1-1, 2-1 … with the field n, and creates the group g at the beginning of the stream. */
    private function createStream(string $key, int $entries): void
    {
        for ($i = 1; $i <= $entries; $i++) {
            self::assertSame("$i-1", $this->redis->xAdd($key, "$i-1", ['n' => $i]));
        }
        self::assertTrue($this->redis->xGroup('CREATE', $key, 'g', '0'));
    }

    public function testAnEntryIsReadBackUnchanged(): void
    {
        self::assertSame('1-1', $this->redis->xAdd('s', '1-1', ['text' => 'x', 'number' => 5, 7 => 'seven']));
        self::assertSame(['1-1' => ['text' => 'x', 'number' => '5', 7 => 'seven']], $this->redis->xRange('s', '-', '+'));
        self::assertSame(1, $this->redis->xLen('s'));
        self::assertSame(0, $this->redis->xLen('none'));
    }

    public function testAnEntryWithoutFieldsIsNotAdded(): void
    {
        self::assertFalse($this->redis->xAdd('s', '*', []));
        self::assertSame(0, $this->redis->xLen('s'));
    }

    public function testAnIdThatIsNotNewReturnsFalseAndSetsTheLastError(): void
    {
        $this->redis->xAdd('s', '2-1', ['a' => '1']);
        self::assertFalse($this->redis->xAdd('s', '1-1', ['a' => '1']));
        self::assertStringContainsString('equal or smaller', (string) $this->redis->getLastError());
    }

    public function testXAddWithNoMkStreamDoesNotCreateAStream(): void
    {
        self::assertFalse($this->redis->xAdd('s', '*', ['a' => '1'], 0, false, true));
        self::assertSame(0, $this->redis->exists('s'));
    }

    public function testStreamsAreTrimmedToALengthOrId(): void
    {
        foreach (range(1, 5) as $i) {
            $this->redis->xAdd('s', "$i-1", ['n' => $i], 3);
        }
        self::assertSame(['3-1', '4-1', '5-1'], array_keys($this->redis->xRange('s', '-', '+')));
        self::assertSame(1, $this->redis->xTrim('s', 2));
        self::assertSame(1, $this->redis->xTrim('s', '5-1', false, true));
        self::assertSame(['5-1'], array_keys($this->redis->xRange('s', '-', '+')));
    }

    public function testXRangeAndXRevRangeAcceptALimit(): void
    {
        $this->createStream('s', 4);
        self::assertSame(['2-1', '3-1'], array_keys($this->redis->xRange('s', '2', '4', 2)));
        self::assertSame(['3-1', '2-1', '1-1'], array_keys($this->redis->xRevRange('s', '3', '-')));
        self::assertSame([], $this->redis->xRange('none', '-', '+'));
        self::assertSame(2, $this->redis->xDel('s', ['1-1', '2-1', '9-9']));
        self::assertFalse($this->redis->xDel('s', []));
    }

    public function testStreamsOfSeveralNodesAreReadInOneCall(): void
    {
        $keys = [$this->keyOn('node_1'), $this->keyOn('node_2'), $this->keyOn('node_3')];
        foreach ($keys as $key) {
            $this->createStream($key, 2);
        }
        $all = ['1-1' => ['n' => '1'], '2-1' => ['n' => '2']];
        self::assertEquals(array_fill_keys($keys, $all), $this->redis->xRead(array_fill_keys($keys, '0')));
        self::assertEquals(array_fill_keys($keys, $all), $this->redis->xReadGroup('g', 'c', array_fill_keys($keys, '>')));
        self::assertEquals([$keys[1] => ['2-1' => ['n' => '2']]], $this->redis->xRead([$keys[0] => '2-1', $keys[1] => '1-1'], 1));
        self::assertSame([], $this->redis->xRead(array_fill_keys($keys, '$')));
        self::assertSame([], $this->redis->xRead(array_fill_keys($keys, '$'), -1, 1));
        self::assertFalse($this->redis->xRead([]));
    }

    public function testStreamKeysInResultsHaveThePrefix(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'app:');
        $this->createStream('s', 1);
        self::assertSame(['app:s' => ['1-1' => ['n' => '1']]], $this->redis->xRead(['s' => '0']));
        self::assertSame(['app:s' => ['1-1' => ['n' => '1']]], $this->redis->xReadGroup('g', 'c', ['s' => '>']));
        self::assertSame(1, $this->client->command('EXISTS', 'app:s'));
    }

    public function testAGroupDeliversEachEntryOnceAndListsPendingEntries(): void
    {
        $this->createStream('s', 3);
        self::assertSame(['1-1'], array_keys($this->redis->xReadGroup('g', 'c1', ['s' => '>'], 1)['s']));
        self::assertSame(['2-1', '3-1'], array_keys($this->redis->xReadGroup('g', 'c2', ['s' => '>'])['s']));
        self::assertSame([], $this->redis->xReadGroup('g', 'c2', ['s' => '>'], 10, 1));
        self::assertSame([3, '1-1', '3-1', [['c1', '1'], ['c2', '2']]], $this->redis->xPending('s', 'g'));
        self::assertSame(1, $this->redis->xAck('s', 'g', ['2-1', '9-9']));
        self::assertFalse($this->redis->xAck('s', 'g', []));
        $pending = $this->redis->xPending('s', 'g', '-', '+', 10, 'c2');
        self::assertCount(1, $pending);
        self::assertSame(['3-1', 'c2', 1], [$pending[0][0], $pending[0][1], $pending[0][3]]);
    }

    public function testXPendingIsEmptyBeforeTheFirstRead(): void
    {
        $this->createStream('s', 1);
        self::assertSame([0, false, false, []], $this->redis->xPending('s', 'g'));
        self::assertSame([], $this->redis->xPending('s', 'g', '-', '+', 10));
        self::assertFalse($this->redis->xPending('s', 'g', '-', '+'));
        self::assertFalse($this->redis->xPending('s', 'nobody'));
    }

    public function testADeletedPendingEntryIsNull(): void
    {
        $this->createStream('s', 2);
        $this->redis->xReadGroup('g', 'c', ['s' => '>']);
        $this->redis->xDel('s', ['1-1']);
        self::assertSame(['s' => ['1-1' => null, '2-1' => ['n' => '2']]], $this->redis->xReadGroup('g', 'c', ['s' => '0']));
    }

    public function testEntriesOfAnotherConsumerCanBeClaimed(): void
    {
        $this->createStream('s', 3);
        $this->redis->xReadGroup('g', 'c1', ['s' => '>']);
        self::assertSame(['1-1' => ['n' => '1']], $this->redis->xClaim('s', 'g', 'c2', 0, ['1-1']));
        self::assertSame(['2-1'], $this->redis->xClaim('s', 'g', 'c2', 0, ['2-1'], ['JUSTID', 'RETRYCOUNT' => 7, 'IDLE' => 5]));
        self::assertSame([], $this->redis->xClaim('s', 'g', 'c2', 0, ['9-9']));
        self::assertFalse($this->redis->xClaim('s', 'g', 'c2', 0, []));
        self::assertSame([7], array_column($this->redis->xPending('s', 'g', '2-1', '2-1', 1, 'c2'), 3));
        [$next, $entries] = $this->redis->xAutoClaim('s', 'g', 'c3', 0, '-', 2);
        self::assertSame(['3-1', ['1-1' => ['n' => '1'], '2-1' => ['n' => '2']]], [$next, $entries]);
        [$next, $ids] = $this->redis->xAutoClaim('s', 'g', 'c3', 0, $next, 2, true);
        self::assertSame(['0-0', ['3-1']], [$next, $ids]);
    }

    public function testGroupsAndConsumersCanBeCreatedAndDeleted(): void
    {
        self::assertFalse($this->redis->xGroup('CREATE', 's', 'g', '0'));
        self::assertTrue($this->redis->xGroup('CREATE', 's', 'g', '$', true));
        self::assertFalse($this->redis->xGroup('create', 's', 'g', '$'));
        self::assertStringStartsWith('BUSYGROUP', (string) $this->redis->getLastError());
        self::assertSame(1, $this->redis->xGroup('CREATECONSUMER', 's', 'g', 'c'));
        self::assertSame(0, $this->redis->xGroup('DELCONSUMER', 's', 'g', 'c'));
        self::assertTrue($this->redis->xGroup('SETID', 's', 'g', '0'));
        self::assertSame(1, $this->redis->xGroup('DESTROY', 's', 'g'));
        self::assertSame(0, $this->redis->xGroup('DESTROY', 's', 'g'));
        self::assertFalse($this->redis->xGroup('BOGUS', 's', 'g'));
        self::assertFalse($this->redis->xGroup('CREATE', 's', 'g'));
    }

    public function testXInfoReturnsAssociativeArrays(): void
    {
        $this->createStream('s', 2);
        $this->redis->xReadGroup('g', 'c', ['s' => '>'], 1);
        $stream = $this->redis->xInfo('STREAM', 's');
        self::assertSame([2, '2-1', 1], [$stream['length'], $stream['last-generated-id'], $stream['groups']]);
        self::assertSame([['1-1' => ['n' => '1']], ['2-1' => ['n' => '2']]], [$stream['first-entry'], $stream['last-entry']]);
        [$group] = $this->redis->xInfo('GROUPS', 's');
        self::assertSame(['g', 1, 1, '1-1'], [$group['name'], $group['consumers'], $group['pending'], $group['last-delivered-id']]);
        [$consumer] = $this->redis->xInfo('CONSUMERS', 's', 'g');
        self::assertSame(['c', 1], [$consumer['name'], $consumer['pending']]);
        $this->redis->xTrim('s', 0);
        self::assertNull($this->redis->xInfo('STREAM', 's')['first-entry']);
        self::assertFalse($this->redis->xInfo('STREAM', 'none'));
    }

    public function testXInfoFullReturnsEntriesGroupsAndConsumers(): void
    {
        $this->createStream('s', 3);
        $this->redis->xReadGroup('g', 'c', ['s' => '>'], 1);
        $stream = $this->redis->xInfo('STREAM', 's', 'FULL', 2);
        self::assertSame(['1-1' => ['n' => '1'], '2-1' => ['n' => '2']], $stream['entries']);
        self::assertSame(['g', 1], [$stream['groups'][0]['name'], $stream['groups'][0]['pel-count']]);
        self::assertSame('c', $stream['groups'][0]['consumers'][0]['name']);
        self::assertSame('1-1', $stream['groups'][0]['consumers'][0]['pending'][0][0]);
    }

    public function testStreamValuesAreUnserializedAndXInfoIsNot(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_PHP);
        $this->redis->xAdd('s', '1-1', ['list' => [1, 2], 'number' => 5]);
        $this->redis->xGroup('CREATE', 's', 'g', '0');
        $entries = ['1-1' => ['list' => [1, 2], 'number' => 5]];
        self::assertSame($entries, $this->redis->xRange('s', '-', '+'));
        self::assertSame(['s' => $entries], $this->redis->xReadGroup('g', 'c', ['s' => '>']));
        self::assertSame($entries, $this->redis->xClaim('s', 'g', 'd', 0, ['1-1']));
        self::assertSame($entries, $this->redis->xAutoClaim('s', 'g', 'e', 0, '-')[1]);
        self::assertSame('i:5;', $this->redis->xInfo('STREAM', 's')['first-entry']['1-1']['number']);
    }

    public function testStreamMethodsReturnTheSameResultsInAPipeline(): void
    {
        $results = $this->redis->pipeline()
            ->xAdd('s', '1-1', ['a' => 1])
            ->xRange('s', '-', '+')
            ->xRead(['s' => '0'])
            ->xGroup('CREATE', 's', 'g', '0')
            ->xPending('s', 'g')
            ->xLen('s')
            ->exec();
        $entries = ['1-1' => ['a' => '1']];
        self::assertSame(['1-1', $entries, ['s' => $entries], true, [0, false, false, []], 1], $results);
    }

    public function testAKeyOfAnotherTypeReturnsFalse(): void
    {
        $this->redis->set('string', 'x');
        self::assertFalse($this->redis->xLen('string'));
        self::assertFalse($this->redis->xRange('string', '-', '+'));
        self::assertFalse($this->redis->xRead(['string' => '0']));
        self::assertStringStartsWith('WRONGTYPE', (string) $this->redis->getLastError());
    }
}
