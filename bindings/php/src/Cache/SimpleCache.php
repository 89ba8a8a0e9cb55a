<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

use Psr\SimpleCache\CacheInterface;
use RedisCluster\ClientInterface;
use RedisCluster\Exception;

/**
 * A PSR-16 cache whose keys are spread over all nodes. It implements the interface of psr/simple-cache 1, 2 and 3.
 *
 * A failure of a server is a CacheException, never a miss. A value that cannot be unserialized (another format, or a class that has
 * changed) is a miss. A key is a non-empty string of any bytes except `{}()/\@:`.
 */
final class SimpleCache implements CacheInterface
{
    private const RESERVED = '{}()/\\@:';
    /** Keys that a server examines per SCAN: it blocks other clients for less than a millisecond. */
    private const SCAN_COUNT = 1000;
    /** Seconds. Redis rejects times beyond 290 million years, but callers pass PHP_INT_MAX for "without limit". */
    private const MAX_TTL = 10_000_000_000;

    private readonly ValueSerializer $serializer;

    /**
     * @param string                 $prefix     of the keys on the servers. It must end with ":". No key contains ":", so caches
     *                                           are separate: clearing `shop:` does not affect `shop:users:`
     * @param null|int|\DateInterval $defaultTtl of values set without a time to live; an int is seconds, null is without limit
     * @param bool                   $igbinary   store values in the format of the extension igbinary
     */
    public function __construct(
        private readonly ClientInterface $client,
        private readonly string $prefix = 'cache:',
        private readonly null|int|\DateInterval $defaultTtl = null,
        bool $igbinary = false,
    ) {
        if (!\str_ends_with($prefix, ':') || \strpbrk($prefix, '{}') !== false) {
            throw new InvalidArgumentException("The prefix of a cache must end with \":\" and contain no braces, unlike \"$prefix\"");
        }
        $this->serializer = new ValueSerializer($igbinary);
    }

    public function get($key, $default = null): mixed
    {
        return $this->serializer->unserialize($this->run('GET', $this->serverKey($key)), $default);
    }

    public function set($key, $value, $ttl = null): bool
    {
        $name = $this->serverKey($key);
        $milliseconds = $this->milliseconds($ttl);
        $this->run(...self::store($name, $this->serializer->serialize($value), $milliseconds));
        return true;
    }

    public function delete($key): bool
    {
        $this->run('UNLINK', $this->serverKey($key));
        return true;
    }

    /** Removes the keys of this cache only, in steps that do not block a server. */
    public function clear(): bool
    {
        $pattern = \addcslashes($this->prefix, '*?[]\\') . '*';
        $cursor = '0';
        do {
            [$cursor, $names] = $this->run('SCAN', $cursor, 'MATCH', $pattern, 'COUNT', self::SCAN_COUNT);
            $this->remove(\array_filter($names, $this->isOwn(...)));
        } while ((string) $cursor !== '0');
        return true;
    }

    /**
     * All nodes are read at the same time.
     *
     * @return array<array-key, mixed> key => value, in the order of the keys
     */
    public function getMultiple($keys, $default = null): iterable
    {
        $names = [];
        foreach (self::each($keys) as $key) {
            $names[$key] = $this->serverKey($key);
        }
        if ($names === []) {
            return [];
        }
        $found = \array_combine(\array_keys($names), $this->run('MGET', ...\array_values($names)));
        return \array_map(fn (?string $bytes): mixed => $this->serializer->unserialize($bytes, $default), $found);
    }

    /** All nodes are written to at the same time. After a CacheException, some of the values may have been set. */
    public function setMultiple($values, $ttl = null): bool
    {
        $milliseconds = $this->milliseconds($ttl);
        $commands = [];
        foreach (self::each($values) as $key => $value) {
            // PHP converts array keys of digits to int.
            $name = $this->serverKey(\is_int($key) ? (string) $key : $key);
            $commands[] = self::store($name, $this->serializer->serialize($value), $milliseconds);
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
            $names[] = $this->serverKey($key);
        }
        $this->remove($names);
        return true;
    }

    /** Whether the key exists. Its value may still be a miss for get(). */
    public function has($key): bool
    {
        return $this->run('EXISTS', $this->serverKey($key)) === 1;
    }

    private function run(string|int ...$command): mixed
    {
        try {
            $reply = $this->client->command(...$command);
        } catch (Exception $failure) {
            throw CacheException::fromFailure($failure);
        }
        foreach (\is_array($reply) ? $reply : [] as $result) {
            if ($result instanceof Exception) {
                throw CacheException::fromFailure($result);
            }
        }
        return $reply;
    }

    /** @param array<string> $names */
    private function remove(array $names): void
    {
        if ($names !== []) {
            $this->run('UNLINK', ...\array_values($names));
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

    /** The key on the server: the prefix, and the key of the cache. */
    private function serverKey(mixed $key): string
    {
        if (!\is_string($key)) {
            throw new InvalidArgumentException('A key must be a string, ' . \get_debug_type($key) . ' given');
        }
        if ($key === '' || \strpbrk($key, self::RESERVED) !== false) {
            throw new InvalidArgumentException('A key must not be empty or contain any of ' . self::RESERVED . ", unlike \"$key\"");
        }
        return $this->prefix . $key;
    }

    /** Whether a key with this cache's prefix is one of its keys. It may belong to a cache with a longer prefix. */
    private function isOwn(string $name): bool
    {
        return \strpbrk(\substr($name, \strlen($this->prefix)), self::RESERVED) === false;
    }

    /** @return iterable<mixed, mixed> */
    private static function each(mixed $several): iterable
    {
        return \is_iterable($several)
            ? $several
            : throw new InvalidArgumentException('Several keys or values must be an array or Traversable, ' . \get_debug_type($several) . ' given');
    }

    /** @return ?int null: without limit */
    private function milliseconds(mixed $ttl): ?int
    {
        $ttl ??= $this->defaultTtl;
        return match (true) {
            $ttl === null => null,
            \is_int($ttl) => \max(0, \min($ttl, self::MAX_TTL)) * 1000,
            $ttl instanceof \DateInterval => self::intervalLength($ttl),
            default => throw new InvalidArgumentException(
                'A time to live must be an int (seconds), a DateInterval or null, ' . \get_debug_type($ttl) . ' given'
            ),
        };
    }

    /** Milliseconds from now: months and years vary in length. */
    private static function intervalLength(\DateInterval $interval): int
    {
        $now = new \DateTimeImmutable('now', new \DateTimeZone('UTC'));
        return (int) $now->add($interval)->format('Uv') - (int) $now->format('Uv');
    }
}
