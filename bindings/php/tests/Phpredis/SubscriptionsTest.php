<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\TimeoutException;
use RedisCluster\Tests\Support\RedisClusterTestCase;

final class SubscriptionsTest extends RedisClusterTestCase
{
    private string $timeout;
    /** A process of publishing(), 0 for none. */
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
     * Another process publishes to each of the channels, again and again until the test is over.
     *
     * @param list<string> $channels
     */
    private function publishing(array $channels, string $method = 'publish'): void
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
        // Without the rest of the tests.
        posix_kill(getmypid(), SIGKILL);
    }

    /** @return list<string> one on each node */
    private function channels(): array
    {
        return [$this->keyOn('node_1', 'channel'), $this->keyOn('node_2', 'channel'), $this->keyOn('node_3', 'channel')];
    }

    public function testMessagesOfChannelsOnAllNodesComeToTheCallbackUntilAllAreLeft(): void
    {
        $channels = $this->channels();
        $this->publishing($channels);
        $heard = [];
        $answer = $this->redis->subscribe($channels, function (RedisCluster $redis, string $channel, string $message) use (&$heard): void {
            self::assertSame($this->redis, $redis);
            $heard[$channel] = $message;
            self::assertSame([$channel => true], $redis->unsubscribe([$channel]));
        });
        self::assertNull($answer);
        self::assertEquals(array_combine($channels, array_map(static fn (string $name): string => "to $name", $channels)), $heard);
    }

    public function testAPatternHearsAllNodes(): void
    {
        $channels = $this->channels();
        $this->publishing($channels);
        $heard = [];
        $callback = function (RedisCluster $redis, string $pattern, string $channel, string $message) use (&$heard): void {
            $heard["$pattern $channel"] = $message;
            if (count($heard) === 3) {
                self::assertSame(['chan*' => true], $redis->punsubscribe(['chan*']));
            }
        };
        $this->redis->psubscribe(['chan*'], $callback);
        self::assertEqualsCanonicalizing(array_map(static fn (string $name): string => "to $name", $channels), array_values($heard));
    }

    public function testACallbackMayUseTheObjectForCommandsAndSubscribeToMore(): void
    {
        [$first, $second] = $this->channels();
        $this->publishing([$first, $second]);
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

    public function testChannelsAndPatternsGetThePrefix(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'app:');
        $this->publishing(['app:news', 'app:sport']);
        $heard = [];
        $this->redis->subscribe(['news'], static function (RedisCluster $redis, string $channel, string $message) use (&$heard): void {
            $heard[] = [$channel, $message, $redis->unsubscribe(['news'])];
        });
        $this->redis->psubscribe(['spo*'], static function (RedisCluster $redis, string $pattern, string $channel) use (&$heard): void {
            $heard[] = [$pattern, $channel, $redis->punsubscribe(['spo*'])];
        });
        self::assertSame([['app:news', 'to app:news', ['app:news' => true]], ['app:spo*', 'app:sport', ['app:spo*' => true]]], $heard);
    }

    public function testShardChannelsAreHeardLikewise(): void
    {
        $this->publishing(['shard'], 'sPublish');
        $heard = [];
        $this->redis->sSubscribe(['shard'], static function (RedisCluster $redis, string $channel, string $message) use (&$heard): void {
            $heard[] = [$channel, $message, $redis->sUnsubscribe([$channel])];
        });
        self::assertSame([['shard', 'to shard', ['shard' => true]]], $heard);
    }

    public function testSilenceIsAnExceptionAfterTheReadTimeout(): void
    {
        ini_set('default_socket_timeout', '1');
        $thrown = self::thrownBy(fn () => $this->redis->subscribe(['quiet'], static fn () => null));
        self::assertInstanceOf(TimeoutException::class, $thrown);
        self::assertInstanceOf(\RedisException::class, $thrown);
        self::assertStringStartsWith('read error on connection', $thrown->getMessage());
        self::assertTrue($this->redis->set('key', 'still works'));
    }

    public function testHandlersOfSignalsAreCalledWhileItIsWaited(): void
    {
        ini_set('default_socket_timeout', '-1');
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
        $this->publishing(['news']);
        $thrown = self::thrownBy(fn () => $this->redis->subscribe(['news'], static fn () => throw new \DomainException('enough')));
        self::assertSame('enough', $thrown->getMessage());
        // The server notices by itself that the connection is gone.
        for ($tries = 0; $this->redis->pubsub('numsub', ['news']) !== ['news' => 0]; $tries++) {
            self::assertLessThan(10_000, $tries);
        }
    }

    public function testLeavingWithoutASubscriptionIsAnsweredLikeAnyOther(): void
    {
        self::assertSame(['a' => true, 'b' => true], $this->redis->unsubscribe(['a', 'b']));
        self::assertSame(['a*' => true], $this->redis->pUnsubscribe(['a*']));
        self::assertFalse($this->redis->unsubscribe([]));
        self::assertFalse($this->redis->subscribe([], static fn () => null));
    }

    public function testSubscribersOfAllNodesAreCounted(): void
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
        self::assertFalse($this->redis->pubsub('numsub'));
        self::assertFalse($this->redis->pubsub('bogus'));
    }
}
