<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use Monolog\Formatter\LineFormatter;
use Monolog\Handler\RedisHandler;
use Monolog\Handler\RedisPubSubHandler;
use Monolog\Logger;

/** Monolog's own classes over Compat\Redis. */
final class MonologTest extends FrameworkTestCase
{
    public function testRedisHandlerStoresRecords(): void
    {
        $this->log(new RedisHandler(self::redis(), 'log'), 'a', 'b', 'c');
        self::assertSame(['a', 'b', 'c'], self::redis()->lRange('log', 0, -1));
    }

    public function testRedisHandlerLimitsTheirNumber(): void
    {
        $this->log(new RedisHandler(self::redis(), 'log', Logger::DEBUG, true, 2), 'a', 'b', 'c');
        self::assertSame(['b', 'c'], self::redis()->lRange('log', 0, -1));
    }

    public function testRedisPubSubHandlerPublishes(): void
    {
        $session = $this->client->session();
        $session->command('SUBSCRIBE', 'log');
        $this->log(new RedisPubSubHandler(self::redis(), 'log'), 'a');
        self::assertSame(0, self::redis()->dbSize());
    }

    private function log(RedisHandler|RedisPubSubHandler $handler, string ...$messages): void
    {
        $handler->setFormatter(new LineFormatter('%message%'));
        $logger = new Logger('test', [$handler]);
        foreach ($messages as $message) {
            $logger->info($message);
        }
    }
}
