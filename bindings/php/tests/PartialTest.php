<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\ClusterTestCase;

/** withPartial() and the option partial, with a dead node. */
final class PartialTest extends ClusterTestCase
{
    private string $living;
    private string $dead;

    protected function setUp(): void
    {
        parent::setUp();
        $this->living = $this->keyOn('node_1', 'key');
        $this->dead = $this->keyOn('node_2', 'key');
        $this->client->command('SET', $this->living, 'value');
    }

    public function testAnExceptionIsInThePlaceOfEachKeyOfADeadNode(): void
    {
        $whole = new Client(self::configWithDeadNode('node_2'), shared: false);
        $client = $whole->withPartial();
        [$failure, $value] = $client->command('MGET', $this->dead, $this->living);
        self::assertInstanceOf(ConnectionException::class, $failure);
        self::assertSame(['node_2', false, 'value'], [$failure->node, $failure->executed, $value]);
        [$number, $failure] = $client->command('DEL', $this->living, $this->dead);
        self::assertSame(1, $number);
        self::assertInstanceOf(ConnectionException::class, $failure);
        foreach ([$whole, $client->withPartial(false)] as $other) {
            $thrown = self::thrownBy(fn() => $other->command('MGET', $this->dead, $this->living));
            self::assertInstanceOf(ConnectionException::class, $thrown);
        }
    }

    public function testMGetOfTheDropInHasThemToo(): void
    {
        $cluster = new RedisCluster(self::configWithDeadNode('node_2') + ['partial' => true]);
        [$value, $failure, $missing] = $cluster->mGet([$this->living, $this->dead, $this->keyOn('node_1', 'missing')]);
        self::assertSame(['value', false], [$value, $missing]);
        self::assertInstanceOf(\RedisException::class, $failure);
        $thrown = self::thrownBy(fn() => $cluster->del($this->living, $this->dead));
        self::assertInstanceOf(\RedisException::class, $thrown, 'a number cannot be partial');
    }
}
