<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;
use RedisCluster\TimeoutException;

/** setOption() and getOption() with valid and invalid values. */
final class OptionValuesTest extends RedisClusterTestCase
{
    /**
     * @dataProvider settings
     * @param list<array{mixed, bool, mixed}> $settings value, result of setOption(), result of getOption() afterwards
     */
    public function testOptionsAcceptTheValuesThatPhpredisAccepts(int $option, mixed $first, array $settings): void
    {
        self::assertSame($first, $this->redis->getOption($option));
        foreach ($settings as [$value, $accepted, $expected]) {
            self::assertSame($accepted, $this->redis->setOption($option, $value), var_export($value, true));
            self::assertSame($expected, $this->redis->getOption($option), var_export($value, true));
        }
    }

    /**
     * The same settings with phpredis.
     *
     * @dataProvider settings
     * @requires extension redis
     * @param list<array{mixed, bool, mixed}> $settings
     */
    public function testPhpredisAcceptsTheSameValues(int $option, mixed $first, array $settings): void
    {
        if ($option > RedisCluster::OPT_BACKOFF_CAP) {
            self::markTestSkipped('an option that ext-redis may not have');
        }
        $redis = new \Redis();
        $redis->connect(self::config()['nodes']['node_1']['host'], self::config()['nodes']['node_1']['port']);
        self::assertSame($first, $redis->getOption($option));
        foreach ($settings as [$value, $accepted, $expected]) {
            self::assertSame($accepted, $redis->setOption($option, $value), var_export($value, true));
            self::assertSame($expected, $redis->getOption($option), var_export($value, true));
        }
    }

    /** @return array<string, array{int, mixed, list<array{mixed, bool, mixed}>}> */
    public static function settings(): array
    {
        $bit = [[1, true, 1], [0, true, 0], [true, true, 1], ['x', true, 0], [2, true, 1], [null, true, 0]];
        $number = [[5, true, 5], [-1, false, 5], ['7', true, 7], ['x', true, 0]];
        return [
            'prefix' => [RedisCluster::OPT_PREFIX, null, [['p:', true, 'p:'], ['', true, null], [5, true, '5'], [null, true, null]]],
            'serializer' => [RedisCluster::OPT_SERIALIZER, 0, [[1, true, 1], ['4', true, 4], [5, false, 4], [-1, false, 4], [null, true, 0]]],
            'compression' => [RedisCluster::OPT_COMPRESSION, 0, [[0, true, 0], [4, false, 0], [-1, false, 0], ['x', true, 0]]],
            'compression level' => [RedisCluster::OPT_COMPRESSION_LEVEL, 0, [[50, true, 50], [-5, true, -5], ['x', true, 0]]],
            'scan' => [RedisCluster::OPT_SCAN, 0, [[1, true, 1], [2, true, 3], [0, true, 2], [3, true, 0], [4, false, 0], [-1, false, 0]]],
            'read timeout' => [RedisCluster::OPT_READ_TIMEOUT, 0.0, [['2.5', true, 2.5], [-1, true, -1.0], [null, true, 0.0], [1, true, 1.0]]],
            'keepalive' => [RedisCluster::OPT_TCP_KEEPALIVE, 0, [[1, true, 1], [2, true, 1], ['x', true, 0], [-1, true, 0]]],
            'reply literal' => [RedisCluster::OPT_REPLY_LITERAL, 0, $bit],
            'null multibulk' => [RedisCluster::OPT_NULL_MULTIBULK_AS_NULL, 0, $bit],
            'retries' => [RedisCluster::OPT_MAX_RETRIES, 10, $number],
            'backoff' => [RedisCluster::OPT_BACKOFF_ALGORITHM, 0, [[6, true, 6], [7, false, 6], [-1, false, 6], ['x', true, 0]]],
            'backoff base' => [RedisCluster::OPT_BACKOFF_BASE, 0, $number],
            'backoff cap' => [RedisCluster::OPT_BACKOFF_CAP, 0, $number],
            'numbers' => [RedisCluster::OPT_PACK_IGNORE_NUMBERS, 0, $bit],
        ];
    }

    public function testUnknownOptionsReturnFalse(): void
    {
        self::assertFalse($this->redis->getOption(999));
        self::assertFalse($this->redis->setOption(999, 1));
        self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => $this->redis->getOption('x')));
    }

    public function testThePrefixIsPartOfTheKeyThatDeterminesTheNode(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'p:');
        $this->redis->mset(['a' => '1', 'b' => '2', 'c' => '3']);
        self::assertSame(['1', '2', '3'], $this->client->command('MGET', 'p:a', 'p:b', 'p:c'));
        self::assertSame(['1', '2'], $this->redis->mget(['a', 'b']));
        self::assertEqualsCanonicalizing(['p:a', 'p:b', 'p:c'], $this->redis->keys('*'));
        self::assertSame('p:a', $this->redis->_prefix('a'));
    }

    public function testTheReadTimeoutTakesEffectAndCanBeReset(): void
    {
        $this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, 0.1);
        self::assertSame(0.1, $this->redis->getReadTimeout());
        (new RedisCluster(self::config()))->client('pause', '500');
        self::assertInstanceOf(TimeoutException::class, self::thrownBy(fn () => $this->redis->set('foo', 'bar')));
        $this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, 0);
        self::assertTrue($this->redis->set('foo', 'bar'));
    }

    public function testReplyLiteralAffectsOnlyScriptsAndRawCommands(): void
    {
        self::assertTrue($this->redis->rawCommand('SET', 'foo', 'bar'));
        $this->redis->setOption(RedisCluster::OPT_REPLY_LITERAL, true);
        self::assertSame('OK', $this->redis->rawCommand('SET', 'foo', 'bar'));
        self::assertSame('OK', $this->redis->eval("return {ok = 'OK'}", ['foo'], 1));
        self::assertTrue($this->redis->set('foo', 'bar'));
        self::assertSame([true, true], $this->redis->multi()->set('foo', 'bar')->rawCommand('SET', 'foo', 'baz')->exec());
    }

    public function testFailureAsNullReturnsNullAndLogsTheFailure(): void
    {
        $redis = new RedisCluster(self::configWithDeadNode('node_2'));
        $dead = $this->keyOn('node_2');
        self::assertInstanceOf(ConnectionException::class, self::thrownBy(fn () => $redis->get($dead)));

        $log = tempnam(sys_get_temp_dir(), 'log');
        $before = ini_set('error_log', $log);
        try {
            self::assertTrue($redis->setOption(RedisCluster::OPT_FAILURE_AS_NULL, true));
            self::assertNull($redis->get($dead));
            self::assertNull($redis->set($dead, '1'));
            self::assertNull($redis->hGetAll($dead));
            self::assertSame([null, true], $redis->pipeline()->get($dead)->set($this->keyOn('node_1'), '1')->exec());
            self::assertNull($redis->multi()->get($dead)->exec());
            self::assertNull($redis->ping()['node_2']);
            self::assertTrue($redis->ping()['node_1']);
            self::assertStringContainsString('node_2', file_get_contents($log));
        } finally {
            ini_set('error_log', $before);
            unlink($log);
        }
    }
}
