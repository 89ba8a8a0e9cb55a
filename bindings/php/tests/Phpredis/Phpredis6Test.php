<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Methods and arguments that phpredis 6 added. The expected values are those of phpredis 6.2 with one server. */
final class Phpredis6Test extends RedisClusterTestCase
{
    /**
     * @dataProvider refusedCalls
     * @param list<mixed> $call
     */
    public function testInvalidArgumentsAreAWarningAndNotSent(array $call, string $warning): void
    {
        $method = array_shift($call);
        [$result, $warnings] = self::captureWarnings(fn (): mixed => $this->redis->$method(...$call));
        self::assertFalse($result);
        self::assertSame(["RedisCluster\\RedisCluster::$method(): $warning"], $warnings);
        self::assertNull($this->redis->getLastError());
    }

    /** @return iterable<array{list<mixed>, string}> */
    public static function refusedCalls(): iterable
    {
        yield [['sInterCard', ['s', 't'], -1], 'LIMIT cannot be negative'];
        yield [['zInterCard', ['s', 't'], -1], 'LIMIT cannot be negative'];
        yield [['sInterCard', []], 'Must pass at least one key'];
        yield [['expire', 'key', 10, 'sometimes'], "Unknown expiration modifier 'sometimes'"];
        yield [['pExpireAt', 'key', 10, ''], "Unknown expiration modifier ''"];
        yield [['lMPop', ['a'], 'nowhere'], "from must be either 'LEFT' or 'RIGHT'"];
        yield [['lMPop', [], 'left'], 'Must pass at least one key'];
        yield [['blMPop', 1, ['a'], 'left', 0], 'Count must be > 0'];
        yield [['zMPop', ['a'], 'left'], "from must be either 'MIN' or 'MAX'"];
        yield [['xReadGroup', 'g', 'c', ['x' => '>'], -1], 'Negative values for COUNT or BLOCK are illegal.'];
        yield [['xReadGroup', 'g', 'c', ['x' => '>'], 1, -1], 'Negative values for COUNT or BLOCK are illegal.'];
    }

    public function testTransferredBytesAreCountedOnAllNodes(): void
    {
        $this->redis->clearTransferredBytes();
        self::assertSame([0, 0], $this->redis->getTransferredBytes());
        $this->redis->mSet(['one' => str_repeat('x', 1000), 'two' => str_repeat('y', 1000)]); // on different nodes
        [$sent, $received] = $this->redis->getTransferredBytes();
        self::assertGreaterThan(2000, $sent);
        self::assertLessThan(1000, $received);
        $this->redis->mGet(['one', 'two']);
        self::assertGreaterThan(2000, $this->redis->getTransferredBytes()[1]);
        $this->redis->clearTransferredBytes();
        self::assertSame([0, 0], $this->redis->getTransferredBytes());
    }

    public function testTransferredBytesOfAServerWithTwoAliasesAreCountedOnce(): void
    {
        $config = self::config();
        $config['nodes'] = ['node_1' => $config['nodes']['node_1'], 'node_2' => $config['nodes']['node_1']];
        $redis = new RedisCluster($config);
        $redis->clearTransferredBytes();
        $redis->set('key', str_repeat('x', 10_000));
        [$sent] = $redis->getTransferredBytes();
        self::assertGreaterThan(10_000, $sent);
        self::assertLessThan(20_000, $sent);
    }

    public function testExpireTakesAModeOrNull(): void
    {
        $this->redis->set('key', 'value');
        self::assertTrue($this->redis->expire('key', 10, null));
        self::assertFalse($this->redis->expire('key', 10, 'NX'));
        self::assertTrue($this->redis->pExpire('key', 20000, 'gt'));
    }

    public function testXTrimIgnoresALimitWithoutAnApproximateMatch(): void
    {
        $this->redis->xAdd('x', '1-1', ['f' => 'v']);
        [$trimmed, $warnings] = self::captureWarnings(fn (): int => $this->redis->xTrim('x', '0', false, false, 100));
        self::assertSame(1, $trimmed);
        self::assertSame(['RedisCluster\RedisCluster::xTrim(): Cannot use LIMIT without an approximate match, ignoring'], $warnings);
    }

    public function testXInfoTakesNullForNoArgument(): void
    {
        $this->redis->xAdd('x', '1-1', ['f' => 'v']);
        self::assertSame(1, $this->redis->xInfo('STREAM', 'x', null)['length']);
    }

    public function testANilOfAListMethodFollowsTheOption(): void
    {
        self::assertSame([], $this->redis->lPop('none', 2));
        self::assertFalse($this->redis->lPos('none', 'x'));
        $this->redis->setOption(RedisCluster::OPT_NULL_MULTIBULK_AS_NULL, true);
        self::assertNull($this->redis->rPop('none', 2));
        self::assertNull($this->redis->lPos('none', 'x'));
        self::assertFalse($this->redis->lPop('none'));
    }

    public function testFunctionsAndClientsAreMaps(): void
    {
        $code = "#!lua name=library\nredis.register_function('one', function() return 1 end)";
        $this->client->each('FUNCTION', 'LOAD', 'REPLACE', $code);
        self::assertSame('one', $this->redis->function('list')[0]['functions'][0]['name']);
        self::assertSame(false, $this->redis->function('stats')['running_script']);
        self::assertSame(1, $this->redis->function('stats')['engines']['LUA']['libraries_count']);
        $this->client->each('FUNCTION', 'FLUSH');
        self::assertGreaterThan(0, $this->redis->client('info')['node_1']['id']);
        $client = $this->redis->client('list')['node_1'][0];
        self::assertSame(['', -1], [$client['name'], $client['multi']]);
        self::assertSame(['off'], $this->redis->client('trackinginfo')['node_1']['flags']);
    }

    public function testNumbersWithSpacesAreNumbersForPackIgnoreNumbers(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PACK_IGNORE_NUMBERS, true);
        foreach (['5' => 5, ' 5' => 5, '0123' => 123, '1e3' => 1000.0] as $stored => $number) {
            $this->redis->rawCommand('SET', 'key', (string) $stored);
            self::assertSame($number, $this->redis->get('key'));
        }
    }

    public function testKeysWithoutAPatternReturnsAllKeys(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'p:');
        $this->redis->mSet(['one' => 1, 'two' => 2, 'six' => 6]);
        $this->redis->rawCommand('SET', 'other', '1');
        $keys = $this->redis->keys();
        sort($keys);
        self::assertSame(['p:one', 'p:six', 'p:two'], $keys);
    }

    public function testAuthAcceptsAUserWhoMayNotPing(): void
    {
        $this->client->each('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+get');
        try {
            self::assertTrue($this->redis->auth(['reader', 'secret']));
            self::assertFalse($this->redis->get('none'));
            $this->expectException(\RedisException::class);
            $this->redis->set('key', 'value');
        } finally {
            $this->client->each('ACL', 'DELUSER', 'reader');
        }
    }

    public function testFloatsDoNotDependOnThePrecisionInPhpIni(): void
    {
        $code = <<<'PHP'
            require $argv[1];
            $redis = new RedisCluster\RedisCluster(json_decode(getenv('REDISCLUSTER_CONFIG'), true));
            $redis->zAdd('scores', 1 / 3, 'third');
            $redis->incrByFloat('sum', 0.1 + 0.2);
            echo (int) ($redis->zScore('scores', 'third') === 1 / 3), (int) ($redis->get('sum') === '0.30000000000000004');
            PHP;
        $command = [PHP_BINARY, '-d', 'precision=3', '-d', 'serialize_precision=3', '-r', $code, dirname(__DIR__, 2) . '/autoload.php'];
        self::assertSame([0, '11'], Php::command($command));
    }
}
