<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;
use RedisCluster\TimeoutException;

final class SubscriptionsTest extends RedisClusterTestCase
{
    private string $timeout;
    /** Id of the process of publishRepeatedly(), or 0. */
    private int $publisher = 0;

    protected function setUp(): void
    {
        parent::setUp();
        $this->timeout = (string) ini_set('default_socket_timeout', '10');
    }

    protected function tearDown(): void
    {
        ini_set('default_socket_timeout', $this->timeout);
        if ($this->publisher !== 0) {
            posix_kill($this->publisher, SIGKILL);
            pcntl_waitpid($this->publisher, $status);
        }
    }

    /**
     * Starts a process that publishes to all channels repeatedly until the test ends.
     *
     * @param list<string> $channels
     */
    private function publishRepeatedly(array $channels, string $method = 'publish'): void
    {
        $parent = getmypid();
        $this->publisher = pcntl_fork();
        if ($this->publisher !== 0) {
            return;
        }
        $redis = new RedisCluster(self::config());
        while (posix_getppid() === $parent) {
            foreach ($channels as $channel) {
                $redis->$method($channel, "to $channel");
            }
            usleep(1000);
        }
        // KILL: the process must not run the remaining tests.
        posix_kill(getmypid(), SIGKILL);
    }

    /** @return list<string> a channel on each node */
    private function channels(): array
    {
        return [$this->keyOn('node_1', 'channel'), $this->keyOn('node_2', 'channel'), $this->keyOn('node_3', 'channel')];
    }

    public function testTheCallbackReceivesMessagesOfAllNodesUntilItUnsubscribesFromAllChannels(): void
    {
        $channels = $this->channels();
        $this->publishRepeatedly($channels);
        $received = [];
        $result = $this->redis->subscribe($channels, function (RedisCluster $redis, string $channel, string $message) use (&$received): void {
            self::assertSame($this->redis, $redis);
            $received[$channel] = $message;
            self::assertSame([$channel => true], $redis->unsubscribe([$channel]));
        });
        self::assertNull($result);
        self::assertEquals(array_combine($channels, array_map(static fn (string $name): string => "to $name", $channels)), $received);
    }

    public function testAPatternSubscriptionReceivesMessagesOfAllNodes(): void
    {
        $channels = $this->channels();
        $this->publishRepeatedly($channels);
        $received = [];
        $callback = function (RedisCluster $redis, string $pattern, string $channel, string $message) use (&$received): void {
            $received["$pattern $channel"] = $message;
            if (count($received) === 3) {
                self::assertSame(['chan*' => true], $redis->punsubscribe(['chan*']));
            }
        };
        $this->redis->psubscribe(['chan*'], $callback);
        self::assertEqualsCanonicalizing(array_map(static fn (string $name): string => "to $name", $channels), array_values($received));
    }

    public function testTheCallbackMayRunCommandsAndSubscribe(): void
    {
        [$first, $second] = $this->channels();
        $this->publishRepeatedly([$first, $second]);
        $this->redis->subscribe([$first], function (RedisCluster $redis, string $channel, string $message) use ($second): void {
            self::assertTrue($redis->set('last', $message));
            $redis->subscribe([$second], static function (RedisCluster $redis, string $channel, string $message): void {
                $redis->rPush('list', $redis->get('last'), $message);
                $redis->unsubscribe([$channel]);
            });
            $redis->unsubscribe([$channel]);
        });
        self::assertSame(["to $first", "to $second"], $this->redis->lRange('list', 0, -1));
    }

    public function testChannelsAndPatternsHaveThePrefix(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'app:');
        $this->publishRepeatedly(['app:news', 'app:sport']);
        $received = [];
        $this->redis->subscribe(['news'], static function (RedisCluster $redis, string $channel, string $message) use (&$received): void {
            $received[] = [$channel, $message, $redis->unsubscribe(['news'])];
        });
        $this->redis->psubscribe(['spo*'], static function (RedisCluster $redis, string $pattern, string $channel) use (&$received): void {
            $received[] = [$pattern, $channel, $redis->punsubscribe(['spo*'])];
        });
        self::assertSame([['app:news', 'to app:news', ['app:news' => true]], ['app:spo*', 'app:sport', ['app:spo*' => true]]], $received);
    }

    public function testSSubscribeReceivesMessagesOfShardChannels(): void
    {
        $this->publishRepeatedly(['shard'], 'sPublish');
        $received = [];
        $this->redis->sSubscribe(['shard'], static function (RedisCluster $redis, string $channel, string $message) use (&$received): void {
            $received[] = [$channel, $message, $redis->sUnsubscribe([$channel])];
        });
        self::assertSame([['shard', 'to shard', ['shard' => true]]], $received);
    }

    public function testSubscribeThrowsAfterTheReadTimeoutWithoutMessages(): void
    {
        $this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, 0.1);
        $thrown = self::thrownBy(fn () => $this->redis->subscribe(['quiet'], static fn () => null));
        self::assertInstanceOf(TimeoutException::class, $thrown);
        self::assertInstanceOf(\RedisException::class, $thrown);
        self::assertStringStartsWith('read error on connection', $thrown->getMessage());
        self::assertTrue($this->redis->set('key', 'still works'));
        ini_set('default_socket_timeout', '1');
        $this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, 0);
        self::assertInstanceOf(TimeoutException::class, self::thrownBy(fn () => $this->redis->subscribe(['quiet'], static fn () => null)));
    }

    public function testSignalHandlersRunWhileSubscribeWaits(): void
    {
        $this->redis->setOption(RedisCluster::OPT_READ_TIMEOUT, -1);
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, static fn () => throw new \DomainException('the alarm'));
        try {
            pcntl_alarm(1);
            $thrown = self::thrownBy(fn () => $this->redis->subscribe(['quiet'], static fn () => null));
        } finally {
            pcntl_signal(SIGALRM, SIG_DFL);
            pcntl_async_signals(false);
        }
        self::assertSame('the alarm', $thrown->getMessage());
    }

    public function testAnExceptionOfTheCallbackEndsTheSubscription(): void
    {
        $this->publishRepeatedly(['news']);
        $thrown = self::thrownBy(fn () => $this->redis->subscribe(['news'], static fn () => throw new \DomainException('enough')));
        self::assertSame('enough', $thrown->getMessage());
        // The server detects asynchronously that the connection is closed.
        for ($tries = 0; $this->redis->pubsub('numsub', ['news']) !== ['news' => 0]; $tries++) {
            self::assertLessThan(10_000, $tries);
        }
    }

    public function testSubscribeThrowsInAPipeline(): void
    {
        $this->redis->pipeline();
        $thrown = self::thrownBy(fn () => $this->redis->subscribe(['news'], static fn () => null));
        self::assertStringContainsString('multi or pipeline mode', $thrown->getMessage());
        $this->redis->discard();
    }

    public function testUnsubscribeWithoutASubscriptionReturnsFalseForEachChannel(): void
    {
        self::assertSame(['a' => false, 'b' => false], $this->redis->unsubscribe(['a', 'b']));
        self::assertSame(['a*' => false], $this->redis->pUnsubscribe(['a*']));
        self::assertFalse($this->redis->unsubscribe([]));
        self::assertFalse($this->redis->subscribe([], static fn () => null));
    }

    public function testPubsubCountsSubscribersOfAllNodes(): void
    {
        $channels = $this->channels();
        $session = $this->client->session();
        $session->command('SUBSCRIBE', ...$channels);
        $session->command('PSUBSCRIBE', 'n*');
        self::assertEqualsCanonicalizing($channels, $this->redis->pubsub('channels'));
        self::assertSame([$channels[0]], $this->redis->pubsub('CHANNELS', $channels[0]));
        self::assertEquals(array_fill_keys($channels, 1) + ['nobody' => 0], $this->redis->pubsub('numsub', [...$channels, 'nobody']));
        self::assertSame(1, $this->redis->pubsub('numpat'));
        self::assertSame(1, $this->redis->publish($channels[1], 'x'));
        self::assertSame([], $this->redis->pubsub('numsub'));
        self::assertFalse($this->redis->pubsub('bogus'));
    }
}
