<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\RequestException;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Options, scripts, raw commands, and methods about the connection. */
final class OptionsTest extends RedisClusterTestCase
{
    public function testEveryKeyHasThePrefix(): void
    {
        self::assertNull($this->redis->getOption(RedisCluster::OPT_PREFIX));
        self::assertTrue($this->redis->setOption(RedisCluster::OPT_PREFIX, 'p:'));
        self::assertSame('p:', $this->redis->getOption(RedisCluster::OPT_PREFIX));
        self::assertSame('p:foo', $this->redis->_prefix('foo'));
        $this->redis->set('foo', 'a');
        $this->redis->mset(['bar' => 'b', 5 => 'c']);
        $this->redis->rename('bar', 'baz');
        self::assertSame(['a', 'b', 'c'], $this->redis->mget(['foo', 'baz', 5]));
        self::assertSame(['p:foo', 'value'], $this->redis->eval('return {KEYS[1], ARGV[1]}', ['foo', 'value'], 1));
        self::assertSame('a', $this->redis->rawCommand('GET', 'p:foo'), 'a raw command is sent unchanged');
        self::assertSame($this->redis->getnodefor('foo'), (new RedisCluster(self::config()))->getnodefor('p:foo'));
        $this->redis->rPush('list', 'x');
        self::assertSame(['p:list', 'x'], $this->redis->blPop('list', 1));
        self::assertSame(3, $this->redis->del(['foo', 'baz', 5]));
    }

    public function testOptionsAreStoredOrRejected(): void
    {
        $options = ['SERIALIZER' => 0, 'COMPRESSION' => 0, 'REPLY_LITERAL' => 1, 'NULL_MULTIBULK_AS_NULL' => 1, 'MAX_RETRIES' => 3];
        foreach ($options as $name => $value) {
            $option = constant(RedisCluster::class . "::OPT_$name");
            self::assertTrue($this->redis->setOption($option, $value), $name);
            self::assertSame($value, $this->redis->getOption($option), $name);
        }
        self::assertFalse($this->redis->setOption(RedisCluster::OPT_SCAN, 99));
        self::assertFalse($this->redis->setOption(RedisCluster::OPT_BACKOFF_ALGORITHM, 99));
        self::assertFalse($this->redis->setOption(RedisCluster::OPT_SERIALIZER, 99));
        self::assertFalse($this->redis->setOption(999, 1));
        self::assertFalse($this->redis->getOption(999));
    }

    public function testScanOptionsAreCombinedAsBits(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SCAN, RedisCluster::SCAN_RETRY);
        $this->redis->setOption(RedisCluster::OPT_SCAN, RedisCluster::SCAN_PREFIX);
        self::assertSame(3, $this->redis->getOption(RedisCluster::OPT_SCAN));
        $this->redis->setOption(RedisCluster::OPT_SCAN, RedisCluster::SCAN_NORETRY);
        self::assertSame(2, $this->redis->getOption(RedisCluster::OPT_SCAN));
    }

    public function testTheReadTimeoutCanBeReadBack(): void
    {
        self::assertTrue($this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, 0.5));
        self::assertSame(0.5, $this->redis->getOption(RedisCluster::OPT_READ_TIMEOUT));
        self::assertSame(0.5, $this->redis->getReadTimeout());
        self::assertTrue($this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, -1));
        self::assertTrue($this->redis->set('foo', 'bar'));
    }

    public function testANilArrayIsNullWithNullMultibulkAsNull(): void
    {
        $this->redis->setOption(RedisCluster::OPT_NULL_MULTIBULK_AS_NULL, true);
        self::assertNull($this->redis->blPop('nothing', 0.01));
        self::assertSame([], $this->redis->lRange('nothing', 0, -1));
        self::assertFalse($this->redis->get('nothing'));
    }

    public function testStatusesOfScriptsAreTrueOrLiteral(): void
    {
        $script = 'return {redis.status_reply("FINE"), redis.error_reply("ERR bad"), false, "x", 1}';
        self::assertSame([true, false, false, 'x', 1], $this->redis->eval($script, ['key'], 1));
        self::assertSame('ERR bad', $this->redis->getLastError());
        self::assertTrue($this->redis->rawCommand('SET', 'foo', 'bar'));
        $this->redis->setOption(RedisCluster::OPT_REPLY_LITERAL, true);
        self::assertSame(['FINE', false, false, 'x', 1], $this->redis->eval($script, ['key'], 1));
        self::assertSame('OK', $this->redis->rawCommand('SET', 'foo', 'bar'));
        self::assertTrue($this->redis->set('foo', 'bar'));
    }

    public function testScriptsCanBeLoadedAndRun(): void
    {
        $sha = $this->redis->script('load', 'return redis.call("GET", KEYS[1])');
        $this->redis->set('foo', 'bar');
        self::assertSame('bar', $this->redis->evalSha($sha, ['foo'], 1));
        self::assertSame('bar', $this->redis->evaluateSha($sha, ['foo'], 1));
        self::assertSame([1, 0], $this->redis->script('exists', $sha, 'none'));
        self::assertTrue($this->redis->script('flush'));
        self::assertFalse($this->redis->evalSha($sha, ['foo'], 1));
        self::assertStringStartsWith('NOSCRIPT', (string) $this->redis->getLastError());
        self::assertFalse($this->redis->script('dance'));
        self::assertSame(['a', '1', '2.5', '', '1'], $this->redis->eval('return ARGV', ['key', 'a', 1, 2.5, null, true], 1));
    }

    public function testFunctionsCanBeLoadedAndCalled(): void
    {
        $code = "#!lua name=lib\nredis.register_function('echo', function(keys, args) return {keys[1], args[1]} end)";
        self::assertSame('lib', $this->redis->function('load', $code));
        self::assertSame(['key', 'a'], $this->redis->fcall('echo', ['key'], ['a']));
        self::assertTrue($this->redis->function('delete', 'lib'));
    }

    public function testConnectionMethodsReturnTheFirstNode(): void
    {
        $first = self::config()['nodes']['node_1'];
        self::assertTrue($this->redis->isConnected());
        self::assertSame($first['host'], $this->redis->getHost());
        self::assertSame($first['port'], $this->redis->getPort());
        self::assertSame(0, $this->redis->getDBNum());
        self::assertSame(RedisCluster::ATOMIC, $this->redis->getMode());
        self::assertNull($this->redis->getPersistentID());
        self::assertNull($this->redis->getAuth());
        self::assertTrue($this->redis->close());
        self::assertTrue($this->redis->set('foo', 'bar'), 'the object is still usable');
        self::assertSame('hello', $this->redis->echo('hello'));
        self::assertMatchesRegularExpression('/^\d+\.\d+/', (string) $this->redis->serverVersion());
    }

    public function testConnectAcceptsOnlyNodesOfTheConfiguration(): void
    {
        $first = self::config()['nodes']['node_1'];
        self::assertTrue($this->redis->connect($first['host'], $first['port']));
        self::assertTrue($this->redis->pconnect($first['host'], $first['port'], 2.5, 'id'));
        $this->expectException(RequestException::class);
        $this->redis->open('elsewhere.example', 6379);
    }

    public function testAuthThrowsForWrongCredentialsAndDoesNotStoreThem(): void
    {
        self::assertInstanceOf(\RedisException::class, self::thrownBy(fn () => $this->redis->auth('wrong')));
        self::assertTrue($this->redis->set('foo', 'bar'));
        self::assertNull($this->redis->getAuth());
    }

    public function testAuthStoresValidCredentials(): void
    {
        $this->client->each('ACL', 'SETUSER', 'ann', 'on', '>secret', '~*', '+@all');
        self::assertTrue($this->redis->auth(['ann', 'secret']));
        self::assertSame(['ann', 'secret'], $this->redis->getAuth());
        self::assertSame('ann', $this->redis->rawCommand('ACL', 'WHOAMI'));
        $this->client->each('ACL', 'DELUSER', 'ann');
    }
}
