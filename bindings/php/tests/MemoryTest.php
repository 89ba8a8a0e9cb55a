<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\BuiltInWebServer;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** Calls free their memory, in PHP and in the library, after success and failure. */
final class MemoryTest extends ClusterTestCase
{
    private const ROUNDS = 100;

    public function testRepliesAreFreed(): void
    {
        $this->client->command('RPUSH', 'list', ...array_fill(0, 10_000, str_repeat('x', 100)));
        $this->client->command('SET', 'large', str_repeat('x', 1 << 20));
        $pipeline = array_merge(...array_fill(0, 500, [['GET', 'large key'], ['GET', 'foo'], ['LPUSH', 'large', 'x']]));

        $this->assertFlat(function () use ($pipeline): void {
            $this->client->command('LRANGE', 'list', 0, -1);
            $this->client->command('GET', 'large');
            $this->client->execute($pipeline);
            $this->client->each('INFO');
            $this->client->nodeFor('foo');
        });
    }

    public function testExceptionsAreFreed(): void
    {
        $client = new Client(self::configWithDeadNode('node_2'));
        $key = $this->keyOn('node_2');
        $this->client->command('SET', 'text', 'value');

        $this->assertFlat(function () use ($client, $key): void {
            for ($i = 0; $i < 100; $i++) {
                self::thrownBy(fn () => $client->command('GET', $key));
                self::thrownBy(fn () => $this->client->command('LPUSH', 'text', 'x'));
            }
            for ($i = 0; $i < 500; $i++) { // errors are small, so a leak is visible only after many
                self::thrownBy(fn () => $this->client->command());
                self::thrownBy(fn () => new Client('{'));
            }
        });
    }

    public function testClientsAreFreed(): void
    {
        $before = count(glob('/proc/self/fd/*'));
        $this->assertFlat(function (): void {
            for ($i = 0; $i < 20; $i++) {
                (new Client(self::config(), shared: false))->each('PING');
                (new Client(self::config()))->each('PING');
            }
        });
        self::assertLessThan($before + 10, count(glob('/proc/self/fd/*')), 'number of open files');
    }

    public function testRepliesOverMemoryLimitAreFreed(): void
    {
        $this->client->command('SET', 'large', str_repeat('x', 20 << 20));
        $server = new BuiltInWebServer(
            self::freePort(),
            __DIR__ . '/programs/reply_over_memory_limit.php',
            ['-d', 'ffi.enable=1', '-d', 'memory_limit=16M', '-d', 'display_errors=1'],
        );

        for ($i = 0; $i < 10; $i++) {
            self::assertStringContainsString('Allowed memory size', $server->get());
        }
        self::assertLessThan(64 << 10, (int) $server->get('memory'), 'memory in kB: all replies are freed');
    }

    public function testLargeRepliesReuseTheMemoryOfEarlierOnes(): void
    {
        [$status, $pages] = Php::run(__DIR__ . '/programs/large_replies.php');

        self::assertSame(0, $status, $pages);
        self::assertLessThan(20, (int) $pages, 'page faults for two replies of 160 pages');
    }

    /** The first half of the rounds is the warm-up; in the second half memory must not grow beyond noise. */
    private function assertFlat(callable $round): void
    {
        for ($i = 0; $i < self::ROUNDS / 2; $i++) {
            $round();
        }
        gc_collect_cycles();
        [$own, $resident] = [memory_get_usage(), self::resident()];
        for ($i = 0; $i < self::ROUNDS / 2; $i++) {
            $round();
        }
        gc_collect_cycles();
        self::assertLessThan(64 << 10, memory_get_usage() - $own, "growth of PHP's memory");
        self::assertLessThan(4 << 20, self::resident() - $resident, 'growth of the resident memory');
    }

    private static function resident(): int
    {
        preg_match('/^VmRSS:\s+(\d+) kB/m', file_get_contents('/proc/self/status'), $match);
        return $match[1] << 10;
    }
}
