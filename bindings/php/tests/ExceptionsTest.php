<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\ConfigException;
use RedisCluster\ConnectionException;
use RedisCluster\CrossNodeException;
use RedisCluster\Exception;
use RedisCluster\RequestException;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\TimeoutException;

/** Which exception a failure causes. */
final class ExceptionsTest extends ClusterTestCase
{
    public function testAServerErrorIsAServerException(): void
    {
        $this->client->command('SET', 'foo', 'bar');
        $thrown = self::thrownBy(fn () => $this->client->command('LPUSH', 'foo', 'x'));

        self::assertInstanceOf(ServerException::class, $thrown);
        self::assertStringStartsWith('WRONGTYPE ', $thrown->getMessage());
        self::assertTrue($thrown->executed, 'the server received the command');
    }

    public function testARefusedConnectionIsAConnectionException(): void
    {
        $key = $this->keyOn('node_2');
        $thrown = self::thrownBy(fn () => (new Client(self::configWithDeadNode('node_2')))->command('SET', $key, 'value'));

        self::assertInstanceOf(ConnectionException::class, $thrown);
        self::assertSame([Exception::CONNECT, 'node_2', false], [$thrown->getCode(), $thrown->node, $thrown->executed]);
        self::assertStringContainsString('node_2', $thrown->getMessage());
        self::assertStringContainsString('127.0.0.1', $thrown->getMessage());
    }

    public function testARefusedPartOfASplitWriteNamesTheNodesThatExecutedTheirs(): void
    {
        $second = new Client(['nodes' => ['node_1' => self::config()['nodes']['node_2']]]);
        $second->command('CONFIG', 'SET', 'min-replicas-to-write', 1);
        try {
            $mset = ['MSET'];
            foreach (['node_1', 'node_2', 'node_3'] as $node) {
                array_push($mset, $this->keyOn($node), 'value');
            }
            $thrown = self::thrownBy(fn () => $this->client->command(...$mset));
        } finally {
            $second->command('CONFIG', 'SET', 'min-replicas-to-write', 0);
        }

        self::assertInstanceOf(ConnectionException::class, $thrown);
        self::assertSame([Exception::IO, 'node_2', true], [$thrown->getCode(), $thrown->node, $thrown->executed]);
        self::assertStringStartsWith('MSET: node_2 refused its part: NOREPLICAS ', $thrown->getMessage());
        self::assertStringEndsWith('; executed by node_1, node_3', $thrown->getMessage());
        self::assertSame('value', $this->client->command('GET', $this->keyOn('node_1')));
    }

    public function testAMissingReplyIsATimeoutException(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $client = new Client(['nodes' => ['node_1' => 'redis://' . stream_socket_get_name($server, false)], 'read_timeout' => 0.2]);
        $start = microtime(true);

        $thrown = self::thrownBy(fn () => $client->command('SET', 'foo', 'bar'));

        self::assertInstanceOf(TimeoutException::class, $thrown);
        self::assertSame([Exception::TIMEOUT, 'node_1', false], [$thrown->getCode(), $thrown->node, $thrown->executed]);
        self::assertLessThan(2.0, microtime(true) - $start);
    }

    public function testACommandThatCannotUseSeveralNodesIsACrossNodeException(): void
    {
        $keys = [$this->keyOn('node_1'), $this->keyOn('node_2')];
        $thrown = self::thrownBy(fn () => $this->client->command('EVAL', 'return 1', 2, ...$keys));

        self::assertInstanceOf(CrossNodeException::class, $thrown);
        self::assertStringStartsWith('CROSSNODE', $thrown->getMessage());
        self::assertFalse($thrown->executed);
    }

    public function testAnUnknownCommandIsAServerException(): void
    {
        $thrown = self::thrownBy(fn () => $this->client->command('NOSUCHCOMMAND', 'key'));

        self::assertInstanceOf(ServerException::class, $thrown);
        self::assertStringStartsWith("ERR unknown command 'NOSUCHCOMMAND'", $thrown->getMessage());
    }

    public function testACommandThatRequiresASessionIsARequestException(): void
    {
        $thrown = self::thrownBy(fn () => $this->client->command('MULTI'));

        self::assertInstanceOf(RequestException::class, $thrown);
        self::assertStringContainsString('MULTI', $thrown->getMessage());
        self::assertFalse($thrown->executed);
    }

    public function testAConfigExceptionNamesThePathOfTheValue(): void
    {
        $thrown = self::thrownBy(fn () => new Client(['nodes' => ['node_1' => ['host' => 'localhost', 'port' => 70000]]]));

        self::assertInstanceOf(ConfigException::class, $thrown);
        self::assertStringContainsString('nodes.node_1.port', $thrown->getMessage());
        self::assertSame(Exception::CONFIG, $thrown->getCode());
    }

    /** @dataProvider configurations */
    public function testInvalidConfigurationsAreConfigExceptions(array|string $config): void
    {
        foreach ([true, false] as $shared) {
            self::assertInstanceOf(ConfigException::class, self::thrownBy(fn () => new Client($config, $shared)));
        }
    }

    public static function configurations(): iterable
    {
        yield 'nothing' => [''];
        yield 'not JSON' => ['nodes'];
        yield 'NUL' => ["\0"];
        yield 'no nodes' => [[]];
        yield 'a list of nodes' => [['nodes' => [['host' => 'localhost']]]];
        yield 'unknown key' => [['nodes' => ['node_1' => 'redis://localhost'], 'colour' => 'red']];
        yield 'not UTF-8' => [['nodes' => ['node_1' => ['host' => "\xff"]]]];
        yield 'not a number' => [['nodes' => ['node_1' => 'redis://localhost'], 'read_timeout' => NAN]];
    }

    public function testAClosedClientThrows(): void
    {
        $client = new Client(self::config(), shared: false);
        self::assertSame('OK', $client->command('SET', 'foo', 'bar'));
        $client->close();
        $client->close();

        foreach ([fn () => $client->command('GET', 'foo'), fn () => $client->nodeFor('foo'), fn () => $client->each('PING')] as $call) {
            $thrown = self::thrownBy($call);
            self::assertSame([Exception::class, Exception::ARGUMENT], [get_class($thrown), $thrown->getCode()]);
        }
    }

    public function testClosingASharedClientDoesNotCloseOthers(): void
    {
        $other = new Client(self::config());
        $other->command('SET', 'foo', 'bar');
        $other->close();

        self::assertSame('bar', $this->client->command('GET', 'foo'));
    }

    public function testAClientCannotBeClonedOrSerialized(): void
    {
        self::assertInstanceOf(\Error::class, self::thrownBy(fn () => clone $this->client));
        self::assertInstanceOf(\Exception::class, self::thrownBy(fn () => serialize($this->client)));
        $unserialized = self::thrownBy(fn () => unserialize('O:19:"RedisCluster\Client":0:{}')->command('GET', 'foo'));
        self::assertInstanceOf(\Error::class, $unserialized);
    }
}
