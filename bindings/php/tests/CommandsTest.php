<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Exception;
use RedisCluster\ServerException;
use RedisCluster\Tests\Support\ClusterTestCase;

/**
 * The vectors that every language runs: what commands answer over several nodes is what one server answers.
 *
 * What PHP does not tell apart is not told apart here: a status and a string, the two kinds of nil.
 */
final class CommandsTest extends ClusterTestCase
{
    /** @return iterable<string, array{string}> */
    public static function files(): iterable
    {
        foreach (glob(__DIR__ . '/../../../tests/conformance/commands/*.txt') as $file) {
            yield basename($file, '.txt') => [$file];
        }
    }

    /** @dataProvider files */
    public function testVectors(string $file): void
    {
        $client = $this->client;
        $wrong = [];
        $cases = 0;
        $begins = true;
        $got = null;
        foreach (file($file, FILE_IGNORE_NEW_LINES) as $number => $line) {
            [$mark, $rest] = explode(' ', $line, 2) + [1 => ''];
            if ($mark === 'masters') {
                $client = new Client(self::config((int) $rest));
            } elseif (in_array($mark, ['=', '~', '%'], true)) {
                $cases++;
                $right = self::inOrder($mark, $got) === self::inOrder($mark, self::wanted($rest));
            } elseif (in_array($mark, ['+', '-', '>'], true)) {
                $begins && $client->command('FLUSHALL');
                $got = self::answer($client, $rest);
                $right = $mark === '>' || ($got instanceof \Exception) === ($mark === '-');
            } else {
                continue;
            }
            $begins = in_array($mark, ['=', '~', '%', 'masters'], true);
            if (!($right ?? true)) {
                $wrong[] = sprintf('line %d: %s %s', $number + 1, $line, var_export(self::plain($got), true));
            }
        }
        self::assertGreaterThan(10, $cases);
        self::assertSame([], $wrong);
    }

    private static function answer(Client $client, string $line): mixed
    {
        try {
            return $client->command(...array_map(self::unescaped(...), explode(' ', $line)));
        } catch (Exception $exception) {
            return $exception;
        }
    }

    /** The reply of a vector as PHP has it. */
    private static function wanted(string $reply): mixed
    {
        if ($reply[0] === '-') {
            return new ServerException(substr(self::unescaped($reply), 1));
        }
        $tokens = explode(' ', $reply);
        return self::value($tokens);
    }

    /** @param list<string> $tokens of which it takes those of one value */
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

    /** What may be compared: elements, or pairs of them, that stand in any order are sorted. */
    private static function inOrder(string $mark, mixed $reply): mixed
    {
        if ($mark === '=' || !is_array($reply)) {
            return self::plain($reply);
        }
        $groups = array_chunk($reply, $mark === '%' ? 2 : 1);
        sort($groups);
        return $groups;
    }

    /** Exceptions are no values to compare, but their class and message are. */
    private static function plain(mixed $reply): mixed
    {
        return $reply instanceof \Exception ? [$reply::class, $reply->getMessage()] : $reply;
    }
}
