<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\EphemeralRedisServer;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** Errors that phpredis throws in place of one value, and returns as false in place of a list: beside phpredis on the same server. */
final class ErrorRepliesTest extends RedisClusterTestCase
{
    private EphemeralRedisServer $server;
    private \Redis $theirs;
    private RedisCluster $ours;

    protected function setUp(): void
    {
        if (!extension_loaded('redis')) {
            self::markTestSkipped('ext-redis is not loaded; the comparison requires it');
        }
        parent::setUp();
        $this->server = new EphemeralRedisServer();
        $this->theirs = new \Redis();
        $this->theirs->connect('127.0.0.1', $this->server->port);
        $this->ours = new RedisCluster(['nodes' => ['node_1' => ['host' => '127.0.0.1', 'port' => $this->server->port]], 'hash_tag' => 'strip']);
        self::assertTrue($this->ours->set('key', 'value'));
    }

    public function testOutOfMemory(): void
    {
        $this->theirs->config('SET', 'maxmemory', '1');
        $this->assertSameOutcomes('OOM', [
            ['set', 'key', 'other'], ['lPush', 'list', 'a'], ['mSet', ['a' => '1', 'b' => '2']], ['sort', 'list', ['store' => 'x']],
            ['eval', 'return redis.call("SET", KEYS[1], "x")', ['key'], 1],
        ]);
    }

    public function testAServerThatRefusesWrites(): void
    {
        $this->theirs->config('SET', 'min-replicas-to-write', '1');
        $this->assertSameOutcomes('NOREPLICAS', [['set', 'key', 'other'], ['zPopMin', 'set'], ['blPop', ['list'], 1], ['hDel', 'hash', 'f'], ['sPop', 'set', 2]]);
    }

    public function testABusyServer(): void
    {
        $this->theirs->config('SET', 'lua-time-limit', '1');
        $script = stream_socket_client("tcp://127.0.0.1:{$this->server->port}");
        fwrite($script, "EVAL \"while true do end\" 0\r\n");
        for ($deadline = microtime(true) + 20; microtime(true) < $deadline; usleep(10_000)) {
            if ($this->theirs->hGetAll('hash') === false) {
                break;
            }
        }
        try {
            $this->assertSameOutcomes('BUSY', [
                ['get', 'key'], ['set', 'key', 'other'], ['hGetAll', 'hash'], ['mGet', ['key', 'none']], ['hMGet', 'hash', ['f']], ['lRange', 'list', 0, -1],
                ['zRange', 'set', 0, -1, true], ['sMembers', 'set'], ['sMisMember', 'set', 'a', 'b'], ['xRange', 'stream', '-', '+'], ['exists', 'key'],
            ]);
        } finally {
            $this->theirs->script('kill');
            fgets($script);
        }
    }

    /** @param list<list<mixed>> $calls */
    private function assertSameOutcomes(string $error, array $calls): void
    {
        foreach ($calls as $call) {
            [$ours, $theirs] = [self::outcome($this->ours, $call), self::outcome($this->theirs, $call)];
            self::assertSame($theirs, $ours, $call[0]);
            self::assertStringStartsWith($error, $ours[1], $call[0]);
        }
    }

    /**
     * @param list<mixed> $call
     * @return array{mixed, string} the result, or the word `thrown`; and the last error
     */
    private static function outcome(object $redis, array $call): array
    {
        $method = array_shift($call);
        $redis->clearLastError();
        try {
            $result = @$redis->$method(...$call);
        } catch (\RedisException $exception) {
            $result = 'thrown';
        }
        return [$result, rtrim((string) $redis->getLastError(), "\0")];
    }
}
