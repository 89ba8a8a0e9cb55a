<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Cache\RedisStore;
use Illuminate\Cache\Repository;
use Illuminate\Config\Repository as Config;
use Illuminate\Container\Container;
use Illuminate\Events\Dispatcher;
use Illuminate\Queue\RedisQueue;
use Illuminate\Redis\Connections\PhpRedisConnection;
use Illuminate\Redis\Events\CommandExecuted;
use Illuminate\Redis\RedisServiceProvider;
use Illuminate\Session\CacheBasedSessionHandler;
use RedisCluster\Compat\Redis;
use RedisCluster\Laravel\ServiceProvider;

/** Laravel's own classes over the client `rediscluster`, on three nodes. */
final class LaravelTest extends FrameworkTestCase
{
    private Container $app;

    protected function setUp(): void
    {
        parent::setUp();
        $this->app = new Container();
        Container::setInstance($this->app);
        $connection = array_diff_key(self::config(), ['hash_tag' => 0]) + ['database' => 0, 'prefix' => 'app:'];
        $this->app->instance('config', new Config([
            'database.redis' => ['client' => 'rediscluster', 'options' => ['cluster' => 'redis'], 'default' => $connection],
        ]));
        (new RedisServiceProvider($this->app))->register();
        (new ServiceProvider($this->app))->register();
    }

    public function testConnectionsUseAllNodes(): void
    {
        $connection = $this->connection();
        self::assertInstanceOf(Redis::class, $connection->client());
        foreach (range(1, 30) as $number) {
            self::assertTrue($connection->set("key$number", $number));
        }
        self::assertSame(3, $this->nodesInUse());
        self::assertSame(['1', null, '30'], $connection->mget(['key1', 'none', 'key30']));
        self::assertSame('1', $this->client->command('GET', 'app:key1'));
        self::assertSame([true, '5'], $connection->pipeline(static fn ($pipe) => $pipe->set('a', 5)->get('a')));
        self::assertSame([6], $connection->transaction(static fn ($transaction) => $transaction->incr('a')));
        self::assertSame(1, $connection->hsetnx('hash', 'field', 'value'));
        self::assertSame(['value', false], $connection->hmget('hash', 'field', 'none'));
        self::assertSame(1, $connection->zadd('scores', 'NX', 1, 'one'));
        self::assertCount(30, $connection->keys('app:key*') ?: $connection->keys('key*'));
        self::assertSame(1, $connection->eval('return #KEYS', 1, 'a'));
        self::assertTrue($connection->flushdb());
        self::assertSame(0, $this->nodesInUse());
    }

    public function testTheCacheStoresTagsAndLocks(): void
    {
        $store = new RedisStore($this->app->make('redis'), 'cache:');
        $cache = new Repository($store);
        self::assertTrue($cache->put('key', ['value'], 100));
        self::assertSame(['value'], $cache->get('key'));
        self::assertTrue($cache->putMany(['a' => 1, 'b' => 2, 'c' => 3], 100));
        self::assertEquals(['a' => 1, 'b' => 2, 'none' => null], $cache->many(['a', 'b', 'none']));
        self::assertFalse($cache->add('key', 'other', 100));
        self::assertTrue($cache->add('added', 'value', 100));
        self::assertSame(6, $cache->increment('number', 6));
        foreach (range(1, 20) as $number) {
            $cache->tags(['people', $number % 2 === 0 ? 'even' : 'odd'])->put("person$number", $number, 100);
        }
        self::assertSame(2, (int) $cache->tags(['people', 'even'])->get('person2'));
        $cache->tags('even')->flush();
        self::assertNull($cache->tags(['people', 'even'])->get('person2'));
        self::assertSame(1, (int) $cache->tags(['people', 'odd'])->get('person1'));
        foreach (['one', 'two', 'six'] as $name) {
            $lock = $store->lock($name, 100);
            self::assertTrue($lock->get());
            self::assertFalse($store->lock($name, 100)->get());
            self::assertTrue($store->restoreLock($name, $lock->owner())->release());
            self::assertTrue($store->lock($name, 100)->get());
        }
        self::assertTrue($cache->flush());
        self::assertSame(0, $this->nodesInUse());
    }

    public function testLimitersLimit(): void
    {
        $run = static fn (): string => 'ran';
        $refused = static fn (): string => 'refused';
        foreach (['one', 'two', 'six'] as $name) {
            $throttle = fn () => $this->connection()->throttle($name)->block(0)->allow(2)->every(100)->then($run, $refused);
            self::assertSame(['ran', 'ran', 'refused'], [$throttle(), $throttle(), $throttle()]);
            // A name with a hash tag: the script of funnel() has several keys.
            $nested = fn () => $this->connection()->funnel("{{$name}}")->block(0)->limit(1)->then($run, $refused);
            $funnel = $this->connection()->funnel("{{$name}}")->block(0)->limit(1)->then($nested, $refused);
            self::assertSame('refused', $funnel);
        }
    }

    public function testSessionsAreStored(): void
    {
        $cache = new Repository(new RedisStore($this->app->make('redis'), 'session:'));
        $handler = new CacheBasedSessionHandler($cache, 10);
        foreach (['abc', 'def', 'ghi'] as $id) {
            self::assertSame('', (string) $handler->read($id));
            self::assertTrue($handler->write($id, "data of $id"));
            self::assertSame("data of $id", $handler->read($id));
            self::assertTrue($handler->destroy($id));
        }
    }

    /** A queue has three keys that scripts use together: its name has a hash tag, as for Redis Cluster. */
    public function testQueuesDeliverJobs(): void
    {
        $queue = new RedisQueue($this->app->make('redis'), '{default}');
        $queue->setContainer($this->app);
        $queue->setConnectionName('redis');
        foreach (['{default}', '{high}', '{low}'] as $name) {
            $queue->pushRaw(json_encode(['id' => "job in $name", 'attempts' => 0, 'job' => 'Job', 'data' => []]), $name);
            $queue->pushRaw(json_encode(['id' => 'second', 'attempts' => 0, 'job' => 'Job', 'data' => []]), $name);
            self::assertSame(2, $queue->size($name));
            $job = $queue->pop($name);
            self::assertSame("job in $name", $job->getJobId());
            $job->release(0);
            self::assertSame('second', $queue->pop($name)->getJobId());
            $again = $queue->pop($name);
            self::assertSame(["job in $name", 2], [$again->getJobId(), $again->attempts()]);
            $again->delete();
            self::assertSame(1, $queue->size($name), 'the reserved job');
            self::assertSame(1, $queue->clear($name));
        }
    }

    public function testBroadcastsReachSubscribersOfEveryNode(): void
    {
        $this->app['config']->set('broadcasting', ['default' => 'rediscluster', 'connections' => ['rediscluster' => ['driver' => 'rediscluster']]]);
        $this->app->singleton(BroadcastManager::class, static fn (Container $app): BroadcastManager => new BroadcastManager($app));
        $broadcaster = $this->app->make(BroadcastManager::class)->connection();
        $session = $this->client->session();
        $channels = ['one', 'two', 'six'];
        foreach ($channels as $channel) {
            $session->command('SUBSCRIBE', "app:$channel");
        }
        $broadcaster->broadcast($channels, 'Event', ['key' => 'value', 'socket' => '1.2']);
        $received = array_map(static fn (): ?array => $session->receive(10), $channels);
        self::assertEqualsCanonicalizing(['app:one', 'app:two', 'app:six'], array_column($received, 1));
        self::assertSame(['event' => 'Event', 'data' => ['key' => 'value'], 'socket' => '1.2'], json_decode($received[0][2], true));
    }

    public function testListenersAreToldOfCommands(): void
    {
        $manager = $this->app->make('redis');
        $manager->enableEvents();
        $this->app->instance('events', new Dispatcher($this->app));
        $connection = $manager->connection();
        $executed = [];
        $connection->listen(static function (CommandExecuted $event) use (&$executed): void {
            $executed[] = [$event->command, $event->parameters];
        });
        $connection->set('key', 'value');
        $connection->get('key');
        self::assertSame([['set', ['key', 'value', null]], ['get', ['key']]], $executed);
    }

    private function connection(): PhpRedisConnection
    {
        return $this->app->make('redis')->connection();
    }
}
