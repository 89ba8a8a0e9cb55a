<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\RequestException;
use RedisCluster\Tests\Support\ClusterTestCase;

/** Which values are valid arguments, and how they are sent. */
final class ArgumentsTest extends ClusterTestCase
{
    /** @dataProvider scalars */
    public function testNumbersAndStringableObjectsAreConverted(mixed $argument, string $text): void
    {
        $this->client->command('SET', $argument, $argument);
        self::assertSame($text, $this->client->command('GET', $text));

        $this->client->execute([['SET', 'key', $argument]]);
        self::assertSame($text, $this->client->command('GET', 'key'));
    }

    public static function scalars(): iterable
    {
        yield 'integer' => [42, '42'];
        yield 'largest' => [PHP_INT_MAX, '9223372036854775807'];
        yield 'smallest' => [PHP_INT_MIN, '-9223372036854775808'];
        yield 'float' => [1.5, '1.5'];
        yield 'float that precision=14 would round' => [0.1 + 0.2, '0.30000000000000004'];
        yield 'whole float' => [3.0, '3'];
        yield 'infinity' => [-INF, '-inf'];
        yield 'object with __toString' => [new class () {
            public function __toString(): string
            {
                return "object\0text";
            }
        }, "object\0text"];
    }

    /** @dataProvider rejected */
    public function testOtherTypesAreTypeErrors(mixed $argument): void
    {
        $pipeline = $this->client->pipeline();
        foreach ([
            fn () => $this->client->command('SET', 'key', $argument),
            fn () => $this->client->each('SET', 'key', $argument),
            fn () => $this->client->execute([['GET', 'key'], ['SET', 'key', $argument]]),
            fn () => $pipeline->command('SET', 'key', $argument),
        ] as $call) {
            self::assertInstanceOf(\TypeError::class, self::thrownBy($call));
        }
        self::assertSame([], $pipeline->execute());
        self::assertNull($this->client->command('GET', 'key'), 'nothing was sent');
    }

    public static function rejected(): iterable
    {
        yield 'null' => [null];
        yield 'bool' => [true];
        yield 'array' => [['nested']];
        yield 'object' => [new \stdClass()];
        yield 'closure' => [fn () => 'text'];
        yield 'resource' => [STDERR];
        yield 'C data' => [\FFI::cdef()->new('int[4]')];
    }

    public function testATypeErrorNamesTheGivenType(): void
    {
        $thrown = self::thrownBy(fn () => $this->client->execute([['SET', 'key', new \DateTime()]]));
        self::assertStringContainsString('DateTime given', $thrown->getMessage());

        $thrown = self::thrownBy(fn () => $this->client->execute(['GET foo']));
        self::assertStringContainsString('array of arguments, string given', $thrown->getMessage());
    }

    public function testAnExceptionOfToStringReachesTheCaller(): void
    {
        $object = new class () {
            public function __toString(): string
            {
                throw new \DomainException('no string');
            }
        };

        self::assertInstanceOf(\DomainException::class, self::thrownBy(fn () => $this->client->command('GET', $object)));
    }

    public function testACommandWithoutANameIsARequestException(): void
    {
        foreach ([fn () => $this->client->command(), fn () => $this->client->execute([['GET', 'foo'], []]), fn () => $this->client->each()] as $call) {
            self::assertInstanceOf(RequestException::class, self::thrownBy($call));
        }
    }

    public function testNamedAndSparseArgumentsKeepTheirOrder(): void
    {
        self::assertSame('OK', $this->client->command(...['command' => 'SET', 'key' => 'foo', 'value' => 'bar']));
        self::assertSame(['bar'], $this->client->execute([7 => [3 => 'GET', 1 => 'foo']]));
    }

    public function testReferencesAreReadButNotChanged(): void
    {
        $number = 1.5;
        $command = ['RPUSH', 'list', &$number, &$number];

        self::assertSame([2, ['1.5', '1.5']], $this->client->execute([&$command, ['LRANGE', 'list', 0, -1]]));
        self::assertSame(1.5, $number);
    }
}
