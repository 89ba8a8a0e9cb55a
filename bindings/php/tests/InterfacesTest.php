<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use PHPUnit\Framework\TestCase;
use RedisCluster\ClientInterface;
use RedisCluster\SessionHandler;
use RedisCluster\SessionInterface;

/** The interfaces of classes that are final. */
final class InterfacesTest extends TestCase
{
    /**
     * @testWith ["RedisCluster\\Client", "RedisCluster\\ClientInterface"]
     *           ["RedisCluster\\Session", "RedisCluster\\SessionInterface"]
     */
    public function testTheInterfaceHasThePublicMethods(string $class, string $interface): void
    {
        $public = [];
        foreach ((new \ReflectionClass($class))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
            if (!str_starts_with($method->getName(), '__') && !str_contains((string) $method->getDocComment(), '@internal')) {
                $public[] = $method->getName();
            }
        }
        self::assertTrue(is_a($class, $interface, true));
        // run() and runAll() are not for users.
        self::assertEqualsCanonicalizing(get_class_methods($interface), array_values(array_diff($public, ['run', 'runAll'])));
    }

    public function testAClientCanBeMocked(): void
    {
        $client = $this->createMock(ClientInterface::class);
        $client->method('withRead')->willReturnSelf();
        $client->expects(self::once())->method('command')->with('GET', 'PHPREDIS_SESSION:abc')->willReturn('data');
        self::assertSame('data', (new SessionHandler($client, locking: false))->read('abc'));
        self::assertInstanceOf(\SessionHandlerInterface::class, new SessionHandler($client));
        self::assertInstanceOf(SessionInterface::class, $client->session());
    }
}
