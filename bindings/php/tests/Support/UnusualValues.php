<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use RedisCluster\Read;

/** Values of every type for arguments: unusual, invalid and usual ones. */
final class UnusualValues
{
    private const COMMANDS = [
        'GET', 'set', 'MGET', 'mset', 'DEL', 'HSET', 'hgetall', 'LPUSH', 'lrange', 'SADD', 'SUNION', 'ZADD', 'ZRANGE', 'PFADD',
        'XADD', 'RENAME', 'COPY', 'SORT', 'EVAL', 'PING', 'ECHO',
        'TIME', 'INCR', 'TYPE', 'EXISTS', 'KEYS', 'SCAN', 'DBSIZE', 'GEOADD', 'BITOP', 'LMOVE', 'SMOVE', 'SINTERSTORE',
        'ZUNIONSTORE', 'OBJECT', 'MULTI', 'EXEC', 'DISCARD', 'WATCH', 'nonsense', '',
    ];

    /** @var array<string, mixed> */
    private readonly array $values;

    public function __construct()
    {
        $closed = fopen('php://memory', 'r');
        fclose($closed);
        $recursive = ['a'];
        $recursive['self'] = &$recursive;
        $object = new \ArrayObject();
        $object['self'] = $object;
        $deep = [];
        for ($level = 0; $level < 2_000; $level++) {
            $deep = [$deep];
        }
        $text = 'text';
        $this->values = [
            'null' => null, 'true' => true, 'false' => false, 'zero' => 0, 'one' => 1, 'minus one' => -1, 'seven' => 7,
            'largest int' => PHP_INT_MAX, 'float' => 1.5, 'large' => 1e300, 'infinite' => INF,
            'minus infinite' => -INF, 'no number' => NAN, 'minus zero' => -0.0, 'empty' => '', 'zero byte' => "\0", 'bytes' => "a\0b\xff\r\n",
            'protocol' => "*1\r\n$4\r\nPING\r\n", 'tag' => 'a{b}', 'open tag' => 'a{b',
            'digits' => '12', 'text' => 'one', 'other text' => 'two', 'third text' => 'six', 'pattern' => '*',
            'long' => str_repeat('x', 70_000), 'internal key' => "\0rediscluster\0x",
            'empty array' => [], 'list' => ['one', 'two', 'six'], 'map' => ['one' => 1, 'two' => 'x', 7 => null],
            'mixed list' => [1, 1.5, null, true, [], new \stdClass()], 'nested' => [['one', ['two']]], 'pairs' => ['pairs' => ['a' => 1]],
            'pairs of pairs' => ['pairs' => ['pairs' => ['pairs' => 'x']]], 'command' => ['GET', 'one'],
            'commands' => [['GET', 'one'], ['SET', 'two', 'x']], 'options' => ['nx', 'ex' => 10],
            'recursive' => $recursive, 'deep' => $deep, 'reference' => [&$text, &$text], 'object' => new \stdClass(),
            'recursive object' => $object, 'stringable' => new \SplFileInfo('one'),
            'throwing stringable' => new ThrowingStringable(), 'closure' => static fn (): int => 1, 'generator' => (static fn () => yield 1)(),
            'resource' => STDIN, 'closed resource' => $closed, 'enum' => Read::Master, 'date' => new \DateTimeImmutable(),
            'iterator' => new \ArrayIterator(['one']), 'weak map' => new \WeakMap(), 'exception' => new \RuntimeException('x'),
            'callable' => 'strlen', 'class' => \stdClass::class,
        ];
    }

    /** @return array<string, mixed> */
    public function all(): array
    {
        return $this->values;
    }

    public function random(): mixed
    {
        // Half of the values are usual ones; otherwise nearly all commands would be rejected.
        $usual = [
            'text', 'other text', 'third text', 'digits', 'one', 'seven', 'list', 'map', 'pattern', 'empty', 'tag', 'bytes', 'float', 'true',
        ];
        $names = mt_rand(0, 1) === 1 ? $usual : array_keys($this->values);
        return $this->values[$names[mt_rand(0, count($names) - 1)]];
    }

    /** @return list<mixed> */
    public function arguments(int $maximum = 5, int $minimum = 0): array
    {
        $arguments = [];
        for ($count = mt_rand($minimum, $maximum); $count > 0; $count--) {
            $arguments[] = $this->random();
        }
        return $arguments;
    }

    /** @return list<mixed> */
    public function command(): array
    {
        $first = mt_rand(0, 9) > 0 ? self::COMMANDS[mt_rand(0, count(self::COMMANDS) - 1)] : $this->random();
        return [$first, ...$this->arguments()];
    }

    /** @return list<mixed> a command of scalars and lists of scalars, like the commands that the package itself passes */
    public function plainCommand(): array
    {
        return array_map(
            static fn (mixed $argument): mixed => is_scalar($argument) || $argument === ['one', 'two', 'six'] ? $argument : null,
            $this->command(),
        );
    }
}
