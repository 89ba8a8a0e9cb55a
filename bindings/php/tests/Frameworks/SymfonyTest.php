<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use Symfony\Component\Cache\Adapter\RedisAdapter;
use Symfony\Component\Cache\Adapter\RedisTagAwareAdapter;
use Symfony\Component\Cache\Adapter\TagAwareAdapter;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\RedisSessionHandler;
use Symfony\Component\Lock\Exception\LockConflictedException;
use Symfony\Component\Lock\Key;
use Symfony\Component\Lock\LockFactory;
use Symfony\Component\Lock\Store\RedisStore;
use Symfony\Component\Messenger\Bridge\Redis\Transport\Connection;
use Symfony\Component\RateLimiter\RateLimiterFactory;
use Symfony\Component\RateLimiter\Storage\CacheStorage;

/** Symfony's own classes over Compat\Redis on three nodes. */
final class SymfonyTest extends FrameworkTestCase
{
    public function testRedisAdapterStoresAndClears(): void
    {
        $cache = new RedisAdapter(self::redis(), 'app');
        $other = new RedisAdapter(self::redis(), 'other');
        foreach (range(1, 30) as $number) {
            $cache->save($cache->getItem("item$number")->set(['number' => $number])->expiresAfter(100));
        }
        $other->save($other->getItem('item1')->set('kept'));
        self::assertSame(3, $this->nodesInUse());
        $items = iterator_to_array($cache->getItems(['item1', 'item30', 'none']));
        self::assertSame(['number' => 30], $items['item30']->get());
        self::assertFalse($items['none']->isHit());
        self::assertSame('computed', $cache->get('lazy', static fn (): string => 'computed'));
        self::assertTrue($cache->deleteItems(['item1', 'item2']));
        self::assertFalse($cache->hasItem('item1'));
        self::assertTrue($cache->clear());
        self::assertFalse($cache->hasItem('item30'));
        self::assertTrue($other->hasItem('item1'));
        self::assertTrue((new RedisAdapter(self::redis()))->clear());
        self::assertSame(0, $this->nodesInUse());
    }

    public function testTagAwareAdapterInvalidatesTagsOnAllNodes(): void
    {
        $cache = new TagAwareAdapter(new RedisAdapter(self::redis(), 'app'));
        self::checkTags($cache);
        self::assertSame(3, $this->nodesInUse());
    }

    /** Its scripts delete items on the node of their tag, so its keys must be on one node. */
    public function testRedisTagAwareAdapterInvalidatesTagsIfAPrefixKeepsItsKeysOnOneNode(): void
    {
        $redis = self::redis();
        $redis->setOption(\Redis::OPT_PREFIX, '{cache}');
        self::checkTags(new RedisTagAwareAdapter($redis, 'app'));
        self::assertSame(1, $this->nodesInUse());
    }

    public function testLocksExcludeEachOther(): void
    {
        $store = new RedisStore(self::redis());
        foreach (range(1, 6) as $number) {
            $lock = (new LockFactory($store))->createLock("resource$number", 100);
            self::assertTrue($lock->acquire());
            self::assertFalse((new LockFactory(new RedisStore(self::redis())))->createLock("resource$number")->acquire());
            self::assertTrue($lock->isAcquired());
            $lock->refresh(50);
            $lock->release();
            self::assertFalse($lock->isAcquired());
        }
        [$reader, $secondReader, $writer] = [new Key('shared'), new Key('shared'), new Key('shared')];
        $store->saveRead($reader);
        $store->saveRead($secondReader);
        $this->expectException(LockConflictedException::class);
        $store->save($writer);
    }

    public function testRedisSessionHandlerStoresSessions(): void
    {
        $handler = new RedisSessionHandler(self::redis(), ['prefix' => 'session:', 'ttl' => 100]);
        self::assertTrue($handler->open('', 'name'));
        foreach (['abc', 'def', 'ghi'] as $id) {
            self::assertSame('', $handler->read($id));
            self::assertTrue($handler->write($id, "data of $id"));
            self::assertSame("data of $id", $handler->read($id));
            self::assertTrue($handler->updateTimestamp($id, "data of $id"));
            self::assertTrue($handler->destroy($id));
            self::assertSame('', $handler->read($id));
        }
    }

    /** @requires extension redis */
    public function testMessengerDeliversMessages(): void
    {
        $options = ['stream' => 'messages', 'group' => 'workers', 'consumer' => 'one'];
        // Symfony 5 has credentials and options of the connection before the object.
        $isSymfony5 = (new \ReflectionMethod(Connection::class, '__construct'))->getNumberOfParameters() > 2;
        $connection = new Connection(...[$options, ...($isSymfony5 ? [[], []] : []), self::redis()]);
        $connection->add('first', ['type' => 'x']);
        $connection->add('later', [], 1);
        $message = $connection->get();
        self::assertStringContainsString('first', json_encode($message));
        $connection->ack($message['id']);
        $deadline = microtime(true) + 10;
        do {
            $delayed = $connection->get();
        } while ($delayed === null && microtime(true) < $deadline);
        self::assertStringContainsString('later', json_encode($delayed));
        $connection->reject($delayed['id']);
        self::assertNull($connection->get());
        $connection->cleanup();
    }

    public function testRateLimiterLimits(): void
    {
        $storage = new CacheStorage(new RedisAdapter(self::redis(), 'limits'));
        $config = ['id' => 'login', 'policy' => 'fixed_window', 'limit' => 2, 'interval' => '1 hour'];
        $factory = new RateLimiterFactory($config, $storage, new LockFactory(new RedisStore(self::redis())));
        foreach (['ann', 'bob', 'carl'] as $user) {
            $limiter = $factory->create($user);
            self::assertTrue($limiter->consume()->isAccepted());
            self::assertTrue($limiter->consume()->isAccepted());
            self::assertFalse($limiter->consume()->isAccepted());
        }
    }

    private static function checkTags(object $cache): void
    {
        foreach (range(1, 30) as $number) {
            $cache->save($cache->getItem("item$number")->set($number)->tag($number % 2 === 0 ? ['even', 'all'] : ['odd', 'all']));
        }
        self::assertTrue($cache->hasItem('item2'));
        self::assertTrue($cache->invalidateTags(['even']));
        foreach (range(1, 30) as $number) {
            self::assertSame($number % 2 === 1, $cache->hasItem("item$number"), "item$number");
        }
        self::assertTrue($cache->invalidateTags(['all']));
        self::assertFalse($cache->hasItem('item1'));
    }
}
