<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

use Psr\SimpleCache\CacheInterface;
use RedisCluster\Client;
use RedisCluster\Exception;

/**
 * A PSR-16 cache over all nodes; its keys are spread over them. It fits the interface of psr/simple-cache 1, 2 and 3.
 *
 * A failure of a server is never taken for a miss: it is a CacheException. What stands in a key and cannot be read (written in
 * another format, or of classes that have changed) is a miss. A key is a string of any bytes but `{}()/\@:`, and not empty.
 */
final class SimpleCache implements CacheInterface
{
    private const RESERVED = '{}()/\\@:';
    /** How many keys a server looks at for one SCAN: it is kept from others for less than a millisecond. */
    private const AT_ONCE = 1000;
    /** Seconds. Redis refuses what would end after some 290 million years; PHP_INT_MAX is used as "for ever". */
    private const LONGEST = 10_000_000_000;

    private readonly Values $values;

    /**
     * @param string                 $prefix     what the names on the servers begin with; it ends with ":", which no key has in
     *                                           it, so that no cache is part of another: `shop:` does not reach into `shop:users:`
     * @param null|int|\DateInterval $defaultTtl of values that are set without one; an int is seconds, null is for ever
     * @param bool                   $igbinary   keep values in the format of the extension igbinary
     */
    public function __construct(
        private readonly Client $client,
        private readonly string $prefix = 'cache:',
        private readonly null|int|\DateInterval $defaultTtl = null,
        bool $igbinary = false,
    ) {
        if (!\str_ends_with($prefix, ':') || \strpbrk($prefix, '{}') !== false) {
            throw new InvalidArgumentException("The prefix of a cache ends with \":\" and has no braces in it, unlike \"$prefix\"");
        }
        $this->values = new Values($igbinary);
    }

    public function get($key, $default = null): mixed
    {
        return $this->values->value($this->ask('GET', $this->name($key)), $default);
    }

    public function set($key, $value, $ttl = null): bool
    {
        $name = $this->name($key);
        $milliseconds = $this->milliseconds($ttl);
        $this->ask(...self::store($name, $this->values->bytes($value), $milliseconds));
        return true;
    }

    public function delete($key): bool
    {
        $this->ask('UNLINK', $this->name($key));
        return true;
    }

    /** Removes what this cache has set and nothing else, step by step: no server is kept from its other work. */
    public function clear(): bool
    {
        $pattern = \addcslashes($this->prefix, '*?[]\\') . '*';
        $cursor = '0';
        do {
            [$cursor, $names] = $this->ask('SCAN', $cursor, 'MATCH', $pattern, 'COUNT', self::AT_ONCE);
            $this->remove(\array_filter($names, $this->isOwn(...)));
        } while ((string) $cursor !== '0');
        return true;
    }

    /**
     * All nodes are asked at once.
     *
     * @return array<array-key, mixed> key => value, in the order of the keys
     */
    public function getMultiple($keys, $default = null): iterable
    {
        $names = [];
        foreach (self::each($keys) as $key) {
            $names[$key] = $this->name($key);
        }
        if ($names === []) {
            return [];
        }
        $found = \array_combine(\array_keys($names), $this->ask('MGET', ...\array_values($names)));
        return \array_map(fn (?string $bytes): mixed => $this->values->value($bytes, $default), $found);
    }

    /** All nodes are written to at once. After a CacheException some of the values may be set and others not. */
    public function setMultiple($values, $ttl = null): bool
    {
        $milliseconds = $this->milliseconds($ttl);
        $commands = [];
        foreach (self::each($values) as $key => $value) {
            // PHP makes an int of an array's key that looks like one.
            $name = $this->name(\is_int($key) ? (string) $key : $key);
            $commands[] = self::store($name, $this->values->bytes($value), $milliseconds);
        }
        try {
            $replies = $this->client->execute($commands);
        } catch (Exception $failure) {
            throw CacheException::fromFailure($failure);
        }
        foreach ($replies as $reply) {
            if ($reply instanceof Exception) {
                throw CacheException::fromFailure($reply);
            }
        }
        return true;
    }

    public function deleteMultiple($keys): bool
    {
        $names = [];
        foreach (self::each($keys) as $key) {
            $names[] = $this->name($key);
        }
        $this->remove($names);
        return true;
    }

    /** Whether something is there; whether it can be read, get() alone finds out. */
    public function has($key): bool
    {
        return $this->ask('EXISTS', $this->name($key)) === 1;
    }

    private function ask(string|int ...$command): mixed
    {
        try {
            return $this->client->command(...$command);
        } catch (Exception $failure) {
            throw CacheException::fromFailure($failure);
        }
    }

    /** @param array<string> $names */
    private function remove(array $names): void
    {
        if ($names !== []) {
            $this->ask('UNLINK', ...\array_values($names));
        }
    }

    /** @return list<string|int> */
    private static function store(string $name, string $bytes, ?int $milliseconds): array
    {
        return match (true) {
            $milliseconds === null => ['SET', $name, $bytes],
            $milliseconds <= 0 => ['UNLINK', $name],
            default => ['SET', $name, $bytes, 'PX', $milliseconds],
        };
    }

    /** The name on the server. */
    private function name(mixed $key): string
    {
        if (!\is_string($key)) {
            throw new InvalidArgumentException('A key is a string, not ' . \get_debug_type($key));
        }
        if ($key === '' || \strpbrk($key, self::RESERVED) !== false) {
            throw new InvalidArgumentException("A key is not empty and has none of " . self::RESERVED . " in it, unlike \"$key\"");
        }
        return $this->prefix . $key;
    }

    /** Whether this cache may have given the name, which has its prefix; it may be that of a cache within. */
    private function isOwn(string $name): bool
    {
        return \strpbrk(\substr($name, \strlen($this->prefix)), self::RESERVED) === false;
    }

    /** @return iterable<mixed, mixed> */
    private static function each(mixed $several): iterable
    {
        return \is_iterable($several)
            ? $several
            : throw new InvalidArgumentException('Several of them are an array or Traversable, not ' . \get_debug_type($several));
    }

    /** How long a value lives; null is for ever. */
    private function milliseconds(mixed $ttl): ?int
    {
        $ttl ??= $this->defaultTtl;
        return match (true) {
            $ttl === null => null,
            \is_int($ttl) => \max(0, \min($ttl, self::LONGEST)) * 1000,
            $ttl instanceof \DateInterval => self::length($ttl),
            default => throw new InvalidArgumentException(
                'A time to live is an int (seconds), a DateInterval or null, not ' . \get_debug_type($ttl)
            ),
        };
    }

    /** From now on: months and years are not all of one length. */
    private static function length(\DateInterval $interval): int
    {
        $now = new \DateTimeImmutable('now', new \DateTimeZone('UTC'));
        return (int) $now->add($interval)->format('Uv') - (int) $now->format('Uv');
    }
}
