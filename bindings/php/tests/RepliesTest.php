<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\RedisCluster;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

final class RepliesTest extends ClusterTestCase
{
    public function testEachReplyTypeHasAPhpType(): void
    {
        self::assertSame('OK', $this->client->command('SET', 'text', 'value'), 'status');
        self::assertSame('value', $this->client->command('GET', 'text'), 'string');
        self::assertNull($this->client->command('GET', 'missing'), 'nil');
        self::assertSame(1, $this->client->command('EXISTS', 'text'), 'integer');
        self::assertSame([], $this->client->command('LRANGE', 'missing', 0, -1), 'empty array');
        self::assertNull($this->client->command('LPOP', 'missing', 3), 'nil array');
        $this->client->command('RPUSH', 'list', 'a', 'b', 'c');
        self::assertSame(['a', 'b', 'c'], $this->client->command('LRANGE', 'list', 0, -1), 'array');
        self::assertSame(['value', null], $this->client->command('MGET', 'text', 'missing'), 'nil in an array');
    }

    public function testEachReplyTypeOfResp3HasAPhpType(): void
    {
        $client = new Client(self::config(3, ['protocol' => 3]));
        $script = static fn (string $value): mixed => $client->command('EVAL', "redis.setresp(3) return $value", 1, 'key');
        self::assertNull($client->command('GET', 'missing'));
        self::assertSame([true, false], $script('{true, false}'));
        self::assertSame(1.5, $script('{double=1.5}'));
        self::assertSame('12345678901234567890', $script("{big_number='12345678901234567890'}"));
        self::assertSame('text', $script("{verbatim_string={format='txt', string='text'}}"));
        self::assertSame(['a' => ['b']], $script('{map={a={set={b=true}}}}'));
        $client->command('ZADD', 'scores', 1.5, 'member');
        self::assertSame([['member', 1.5]], $client->command('ZUNION', 2, 'scores', 'missing', 'WITHSCORES'));
        self::assertSame([], $client->command('SUNION', 'missing', 'missing2', 'missing3'));
        $client->command('HSET', 'hash', 'field', 'value');
        self::assertSame(['field' => 'value'], $client->command('HGETALL', 'hash'));
    }

    public function testTheClassOfPhpredisUsesResp2(): void
    {
        $redis = new RedisCluster(self::config(3, ['protocol' => 3]));
        $redis->zAdd('scores', 1.5, 'member');
        $redis->hSet('hash', 'field', 'value');
        self::assertSame(['member' => 1.5], $redis->zRange('scores', 0, -1, true));
        self::assertSame(['field' => 'value'], $redis->hGetAll('hash'));
    }

    public function testIntegersHave64Bits(): void
    {
        foreach ([PHP_INT_MAX, PHP_INT_MIN, -1, 0] as $number) {
            $this->client->command('SET', 'number', $number);
            self::assertSame($number, $this->client->command('INCRBY', 'number', 0));
        }
    }

    public function testTheDepthOfRepliesIsASetting(): void
    {
        $client = new Client(self::config(3, ['max_reply_depth' => 6000]));
        $depth = 0;
        for ($value = $client->command('EVAL', 'local t = {} for _ = 2, 6000 do t = {t} end return t', 0); $value !== null; $value = $value[0] ?? null) {
            $depth++;
        }
        self::assertSame(6000, $depth);
    }

    /** @dataProvider strings */
    public function testStringsAreBinarySafe(string $bytes): void
    {
        $this->client->command('SET', $bytes, $bytes);

        self::assertTrue($bytes === $this->client->command('GET', $bytes), 'single reply');
        self::assertTrue([$bytes] === $this->client->command('MGET', $bytes), 'in an array');
    }

    public static function strings(): iterable
    {
        yield 'empty' => [''];
        yield 'NUL' => ["\0"];
        yield 'NUL inside' => ["a\0b"];
        yield 'CRLF' => ["\r\n\$3\r\nfoo\r\n"];
        yield 'UTF-8' => ['naïve – 東京'];
        yield 'not UTF-8' => ["\xff\xfe\x80"];
        yield 'every byte' => [implode('', array_map('chr', range(0, 255)))];
        yield 'a megabyte' => [random_bytes(1 << 20)];
    }

    public function testAValueMayHave64MiB(): void
    {
        $value = str_repeat(random_bytes(1 << 16), 1 << 10);
        $this->client->command('SET', 'large', $value);

        self::assertTrue($value === $this->client->command('GET', 'large'));
    }

    public function testAListMayHave100000Elements(): void
    {
        $values = array_map(fn (int $i) => "value $i", range(1, 100_000));
        $this->client->command('RPUSH', 'list', ...$values);

        self::assertTrue($values === $this->client->command('LRANGE', 'list', 0, -1));
    }

    public function testNestedRepliesContainErrorsAsExceptions(): void
    {
        $script = "return {1, 'two', {'three', {4, {}, false}, redis.status_reply('FIVE')}, redis.error_reply('SIX six'), 'seven'}";

        $reply = $this->client->command('EVAL', $script, 1, 'foo');

        self::assertInstanceOf(ServerException::class, $reply[3]);
        self::assertSame('SIX six', $reply[3]->getMessage());
        unset($reply[3]);
        self::assertSame([0 => 1, 1 => 'two', 2 => ['three', [4, [], null], 'FIVE'], 4 => 'seven'], $reply);
    }

    public function testRepliesMayBeNestedEightLevelsDeep(): void
    {
        $reply = $this->client->command('EVAL', "return {{{{{{{{'deep'}}}}}}}}", 1, 'foo');

        self::assertSame([[[[[[[['deep']]]]]]]], $reply);
    }

    public function testServerErrorsAreThrownWithTheirBytesUnchanged(): void
    {
        $thrown = self::thrownBy(fn () => $this->client->command('EVAL', "return redis.error_reply('BAD \xff\xfe bytes')", 1, 'foo'));

        self::assertInstanceOf(ServerException::class, $thrown);
        self::assertSame("BAD \xff\xfe bytes", $thrown->getMessage());
        self::assertSame('OK', $this->client->command('SET', 'foo', 'the connection is still usable'));
    }
}
