<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Exception;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

/**
 * The conformance vectors of commands, which the tests of every language run: replies from several nodes equal those of one server.
 *
 * PHP represents a status and a string by the same type, and both kinds of nil by null, so this test does not distinguish them.
 */
final class CommandConformanceTest extends ClusterTestCase
{
    /** @return iterable<string, array{string}> */
    public static function files(): iterable
    {
        $folder = getenv('REDISCLUSTER_VECTORS') ?: __DIR__ . '/../../../tests/conformance/commands';
        foreach (glob("$folder/*.txt") as $file) {
            yield basename($file, '.txt') => [$file];
        }
    }

    /** @dataProvider files */
    public function testVectorsHaveTheExpectedReplies(string $file): void
    {
        $client = $this->client;
        $failures = [];
        $cases = 0;
        $beginsCase = true;
        $reply = null;
        foreach (file($file, FILE_IGNORE_NEW_LINES) as $number => $line) {
            [$mark, $rest] = explode(' ', $line, 2) + [1 => ''];
            if ($mark === 'masters') {
                $client = new Client(self::config((int) $rest));
            } elseif (in_array($mark, ['=', '~', '%'], true)) {
                $cases++;
                $passed = self::comparable($mark, $reply) === self::comparable($mark, self::expected($rest));
            } elseif (in_array($mark, ['+', '-', '>'], true)) {
                $beginsCase && $client->command('FLUSHALL');
                $reply = self::reply($client, $rest);
                $passed = $mark === '>' || ($reply instanceof \Exception) === ($mark === '-');
            } else {
                continue;
            }
            $beginsCase = in_array($mark, ['=', '~', '%', 'masters'], true);
            if (!($passed ?? true)) {
                $failures[] = sprintf('line %d: %s %s', $number + 1, $line, var_export(self::withoutExceptionObject($reply), true));
            }
        }
        self::assertGreaterThan(10, $cases);
        self::assertSame([], $failures);
    }

    private static function reply(Client $client, string $line): mixed
    {
        try {
            return $client->command(...array_map(self::unescaped(...), explode(' ', $line)));
        } catch (Exception $exception) {
            return $exception;
        }
    }

    /** The expected reply of a vector as a PHP value. */
    private static function expected(string $reply): mixed
    {
        if ($reply[0] === '-') {
            return new ServerException(substr(self::unescaped($reply), 1));
        }
        $tokens = explode(' ', $reply);
        return self::value($tokens);
    }

    /** @param list<string> $tokens the tokens of one value are removed from it */
    private static function value(array &$tokens): mixed
    {
        $token = self::unescaped(array_shift($tokens));
        $rest = substr($token, 1);
        if ($token[0] !== '*' || $rest === '_') {
            return match ($token[0]) {
                '$', '+' => $rest,
                ':' => (int) $rest,
                default => null,
            };
        }
        $list = [];
        for ($i = 0; $i < (int) $rest; $i++) {
            $list[] = self::value($tokens);
        }
        return $list;
    }

    private static function unescaped(string $word): string
    {
        return $word === '""' ? '' : preg_replace_callback('/\\\\x([0-9a-f]{2})/', fn (array $match) => hex2bin($match[1]), $word);
    }

    /** The reply for comparison. Elements (~) or pairs (%) without a defined order are sorted. */
    private static function comparable(string $mark, mixed $reply): mixed
    {
        if ($mark === '=' || !is_array($reply)) {
            return self::withoutExceptionObject($reply);
        }
        $groups = array_chunk($reply, $mark === '%' ? 2 : 1);
        sort($groups);
        return $groups;
    }

    /** Replaces an exception by its class and message, which can be compared. */
    private static function withoutExceptionObject(mixed $reply): mixed
    {
        return $reply instanceof \Exception ? [$reply::class, $reply->getMessage()] : $reply;
    }
}
