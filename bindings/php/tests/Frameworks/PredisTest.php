<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use Predis\Client;
use Predis\Connection\ConnectionException;
use Predis\Response\ServerException;
use Predis\Response\Status;
use RedisCluster\Predis\Connection;
use RedisCluster\Tests\Support\EphemeralRedisServer;

/** Predis' own client over Connection on three nodes, beside the same client on one server. */
final class PredisTest extends FrameworkTestCase
{
    private Client $predis;
    private Client $oracle;
    private EphemeralRedisServer $server;

    protected function setUp(): void
    {
        parent::setUp();
        $this->server = new EphemeralRedisServer();
        $this->oracle = new Client(['host' => '127.0.0.1', 'port' => $this->server->port]);
        $this->predis = new Client(new Connection(array_diff_key(self::config(), ['hash_tag' => 0])));
    }

    public function testCommandsReplyAsWithOneServer(): void
    {
        foreach ($this->commands() as $name => $call) {
            self::assertEquals(self::outcome($call, $this->oracle), self::outcome($call, $this->predis), $name);
        }
        self::assertSame(3, $this->nodesInUse());
    }

    /** @return iterable<string, \Closure(Client): mixed> */
    private function commands(): iterable
    {
        $calls = [
            ['set', 'one', 'OK'], ['get', 'one'], ['set', 'two', 2, 'EX', 100, 'NX'], ['set', 'two', 2, 'NX'], ['get', 'none'], ['mset', ['a' => 1, 'b' => 2, 'six' => 3]],
            ['mget', ['one', 'two', 'none', 'six']], ['incr', 'a'], ['incrbyfloat', 'a', 1.5], ['exists', 'one', 'two', 'none'], ['type', 'one'], ['type', 'none'],
            ['ttl', 'two'], ['hmset', 'hash', ['f' => 'v', 'g' => 'w']], ['hgetall', 'hash'], ['hmget', 'hash', 'f', 'none'], ['hset', 'hash', 'f', 'x'],
            ['lpush', 'list', 'a', 'b'], ['lrange', 'list', 0, -1], ['lpush', 'one', 'x'], ['rpoplpush', 'list', 'other'], ['blpop', ['none', 'other'], 1],
            ['sadd', 's1', ['a', 'b']], ['sadd', 's2', ['b', 'c']], ['sinter', 's1', 's2'], ['sunionstore', 's3', 's1', 's2'], ['sismember', 's3', 'c'],
            ['zadd', 'z', ['m' => 1.5, 'n' => 2]], ['zrange', 'z', 0, -1, 'WITHSCORES'], ['zscore', 'z', 'm'], ['zincrby', 'z', 3, 'm'], ['rename', 'one', 'renamed'],
            ['rename', 'nothing', 'x'], ['ping'], ['echo', 'text'], ['dbsize'], ['del', ['a', 'b', 'none']], ['eval', 'return {KEYS[1], ARGV[1]}', 1, 'k', 'v'],
            ['evalsha', str_repeat('0', 40), 1, 'k'], ['eval', 'return redis.error_reply("ERR no")', 1, 'k'], ['setbit', 'bits', 7, 1], ['bitcount', 'bits'],
            ['setex', 'e', 10, 'v'], ['expire', 'e', 0], ['pfadd', 'h', ['a', 'b']], ['pfcount', 'h'], ['lset', 'list', 0, 'z'], ['lset', 'none', 0, 'z'],
            ['hincrby', 'hash', 'f', 1], ['keys', 'hash*'], ['object', 'ENCODING', 'z'], ['flushdb'], ['set', 'one', '1'], ['set', 'two', '2'], ['set', 'six', '6'],
            ['config', 'GET', 'maxmemory-policy'], ['randomkey', 'surplus'], ['get'],
        ];
        foreach ($calls as $call) {
            $method = array_shift($call);
            yield "$method " . json_encode($call) => static fn (Client $client): mixed => $client->$method(...$call);
        }
        yield 'raw' => static fn (Client $client): mixed => [$client->executeRaw(['SET', 'r', 'OK']), $client->executeRaw(['GET', 'r'])];
        yield 'cursor' => static fn (Client $client): mixed => count(iterator_to_array(new \Predis\Collection\Iterator\Keyspace($client)));
        yield 'pipeline' => static fn (Client $client): array => $client->pipeline(static function ($pipe): void {
            $pipe->set('one', 'OK')->get('one')->mget('one', 'two', 'six')->ping()->type('one')->del('one');
        });
        yield 'pipeline with errors' => static fn (Client $client): array => $client->pipeline(['exceptions' => false])->set('a', 'x')->incr('a')->get('a')->execute();
        yield 'pipeline that throws' => static fn (Client $client): array => $client->pipeline()->set('a', 'x')->incr('a')->execute();
        yield 'pipeline without replies' => static fn (Client $client): mixed => [$client->pipeline(['fire-and-forget' => true])->set('a', 'z')->execute(), $client->get('a')];
        yield 'atomic pipeline' => static fn (Client $client): array => $client->pipeline(['atomic' => true])->set('a', '1')->incr('a')->get('a')->execute();
        yield 'transaction' => static fn (Client $client): array => $client->transaction(static function ($transaction): void {
            $transaction->set('t', 'OK');
            $transaction->get('t');
            $transaction->type('t');
        });
        yield 'transaction with an error' => static fn (Client $client): array => $client->transaction(['exceptions' => false])->set('t', 'x')->incr('t')->execute();
        yield 'watched' => static fn (Client $client): mixed => $client->transaction(['watch' => 't', 'cas' => true, 'retry' => 3], static function ($transaction): void {
            $value = $transaction->get('t');
            $transaction->multi();
            $transaction->set('t', "$value+");
            $transaction->get('t');
        });
        yield 'discarded' => static fn (Client $client): mixed => [$client->multi(), $client->set('t', 'no'), $client->discard(), $client->get('t')];
        yield 'selected' => static fn (Client $client): mixed => [$client->select(1), $client->get('t'), $client->set('t', 1), $client->select(0), $client->get('t')];
    }

    public function testStatusesAndValuesAreTellApart(): void
    {
        self::assertInstanceOf(Status::class, $this->predis->set('key', 'OK'));
        self::assertSame('OK', $this->predis->get('key'));
        self::assertSame([0], array_keys($this->predis->pipeline(static fn ($pipe) => $pipe->get('key'))));
    }

    public function testAWatchedKeyThatChangesAbortsTheTransaction(): void
    {
        $this->expectException(\Predis\Transaction\AbortedMultiExecException::class);
        $this->predis->transaction(['watch' => 'key', 'cas' => true], function ($transaction): void {
            self::assertNull($transaction->get('key'));
            $this->client->command('SET', 'key', 'other');
            $transaction->multi();
            $transaction->set('key', 'mine');
        });
    }

    public function testAPubSubConsumerReceivesMessages(): void
    {
        $consumer = $this->predis->pubSubLoop();
        $consumer->subscribe('one', 'two');
        $consumer->psubscribe('s*');
        $received = [];
        foreach ($consumer as $message) {
            $received[] = [$message->kind, $message->channel, $message->payload];
            if (count($received) === 3) {
                foreach (['one', 'two', 'six'] as $channel) {
                    $this->client->command('PUBLISH', $channel, "to $channel");
                }
            }
            count($received) < 6 || $consumer->stop(true);
        }
        $expected = [['subscribe', 'one', 1], ['subscribe', 'two', 2], ['psubscribe', 's*', 3]];
        array_push($expected, ['message', 'one', 'to one'], ['message', 'two', 'to two'], ['pmessage', 'six', 'to six']);
        self::assertEqualsCanonicalizing($expected, $received);
        self::assertSame('PONG', (string) $this->predis->ping());
    }

    public function testSessionsAreStored(): void
    {
        $handler = new \Predis\Session\Handler($this->predis, ['gc_maxlifetime' => 100]);
        self::assertTrue($handler->write('id', 'data'));
        self::assertSame('data', $handler->read('id'));
        self::assertTrue($handler->destroy('id'));
    }

    public function testFailuresAreThoseOfPredis(): void
    {
        $this->predis->set('key', 'text');
        foreach ([fn () => $this->predis->incr('key'), fn () => $this->predis->eval('return 1', 2, 'one', 'two')] as $call) {
            self::assertInstanceOf(ServerException::class, self::thrownBy($call));
        }
        $dead = new Client(new Connection(self::configWithDeadNode('node_2')));
        $thrown = self::thrownBy(fn () => $dead->get($this->keyOn('node_2')));
        self::assertInstanceOf(ConnectionException::class, $thrown);
        self::assertStringContainsString('node_2', $thrown->getMessage());
        self::assertNull($dead->get($this->keyOn('node_1')));
    }

    private static function outcome(\Closure $call, Client $client): mixed
    {
        try {
            $value = $call($client);
            is_array($value) && array_is_list($value) && count($value) > 1 && is_string($value[0]) && sort($value);
            return $value;
        } catch (\Predis\PredisException $exception) {
            return [get_class($exception), $exception->getMessage()];
        }
    }
}
