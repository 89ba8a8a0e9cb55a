<?php

declare(strict_types=1);

namespace RedisCluster\WordPress;

use RedisCluster\ClientInterface;
use RedisCluster\ConnectionException;
use RedisCluster\ServerException;

/**
 * WordPress' object cache on N servers. wordpress/object-cache.php defines WordPress' functions with it.
 *
 * Keys are PREFIX + `blog:group:key`. Values are serialized by PHP; integers are stored as digits. A value is read from the servers once in a
 * request. If a server cannot be reached, its values are misses, its writes return false, and each failure is logged. So a
 * value can be older than a change that was made while its server could not be reached: give values a time to live.
 */
class ObjectCache
{
    private const PAGE = 1000;
    /** A missing key, with what WordPress takes for a number in PHP's serialization. */
    private const INCREMENT = <<<'LUA'
        local value = redis.call('GET', KEYS[1])
        if not value then return false end
        local text = string.match(value, '^s:%d+:"(.*)";$') or string.match(value, '^d:(.*);$') or value
        local number = math.max(0, (tonumber(text) or 0) + ARGV[1])
        redis.call('SET', KEYS[1], string.format('%.0f', number), 'KEEPTTL')
        return string.format('%.0f', number)
        LUA;

    public int $cache_hits = 0;
    public int $cache_misses = 0;

    /** @var array<string, array<int|string, mixed>> stored key => value, for this request */
    private array $values = [];
    /** @var array<string, true> */
    private array $globalGroups = [];
    /** @var array<string, true> */
    private array $localGroups = [];

    public function __construct(
        private readonly ClientInterface $client,
        private readonly string $prefix = 'wp:',
        private readonly bool $isMultisite = false,
        private int $blog = 1,
    ) {
    }

    public function add(int|string $key, mixed $data, string $group = 'default', int $expire = 0): bool
    {
        return $this->store($key, $data, $group, $expire, 'NX');
    }

    public function replace(int|string $key, mixed $data, string $group = 'default', int $expire = 0): bool
    {
        return $this->store($key, $data, $group, $expire, 'XX');
    }

    public function set(int|string $key, mixed $data, string $group = 'default', int $expire = 0): bool
    {
        return $this->store($key, $data, $group, $expire, '');
    }

    /**
     * Stores many values with commands that all nodes run at the same time.
     *
     * @param array<mixed> $data      key => value
     * @param string       $condition '' or NX
     * @return array<bool> key => whether it was stored
     */
    public function storeMany(array $data, string $group = 'default', int $expire = 0, string $condition = ''): array
    {
        if (isset($this->localGroups[$group])) {
            foreach ($data as $key => $value) {
                $data[$key] = $this->store($key, $value, $group, $expire, $condition);
            }
            return $data;
        }
        $commands = [];
        foreach ($data as $key => $value) {
            $commands[] = $this->setCommand($this->name($key, $group), $value, $expire, $condition);
        }
        $stored = [];
        foreach ($this->execute($commands) as $place => $reply) {
            $key = \array_keys($data)[$place];
            $stored[$key] = $reply === 'OK';
            $this->remember($this->name($key, $group), $data[$key], $stored[$key]);
        }
        return $stored;
    }

    /** @param bool $found output: whether there is a value, for values that are false */
    public function get(int|string $key, string $group = 'default', bool $force = false, mixed &$found = null): mixed
    {
        $values = $this->fetch([$key], $group, $force);
        $found = $values !== [];
        return $found ? \reset($values) : false;
    }

    /**
     * @param list<int|string> $keys
     * @return array<mixed> key => value, or false
     */
    public function getMany(array $keys, string $group = 'default', bool $force = false): array
    {
        return \array_replace(\array_fill_keys($keys, false), $this->fetch($keys, $group, $force));
    }

    public function delete(int|string $key, string $group = 'default'): bool
    {
        return $this->deleteMany([$key], $group)[$key];
    }

    /**
     * @param list<int|string> $keys
     * @return array<bool> key => whether there was a value
     */
    public function deleteMany(array $keys, string $group = 'default'): array
    {
        $names = \array_map(fn (int|string $key): string => $this->name($key, $group), $keys);
        if (isset($this->localGroups[$group])) {
            $deleted = \array_map(fn (string $name): int => (int) isset($this->values[$name]), $names);
        } else {
            $deleted = $this->execute(\array_map(static fn (string $name): array => ['UNLINK', $name], $names));
        }
        foreach ($names as $name) {
            unset($this->values[$name]);
        }
        return \array_combine($keys, \array_map(static fn (mixed $reply): bool => $reply === 1, $deleted));
    }

    /** Adds to a number; it does not become less than 0. A value that is no number counts as 0. */
    public function increment(int|string $key, int $offset, string $group = 'default'): int|false
    {
        $name = $this->name($key, $group);
        if (isset($this->localGroups[$group])) {
            $value = $this->values[$name][0] ?? null;
            $sum = isset($this->values[$name]) ? \max(0, (int) ((\is_numeric($value) ? $value : 0) + $offset)) : false;
        } else {
            $reply = $this->run(['EVAL', self::INCREMENT, 1, $name, $offset]);
            $sum = \is_string($reply) ? (int) $reply : false;
        }
        $this->remember($name, $sum, $sum !== false);
        return $sum;
    }

    /** Deletes the values of this prefix on all nodes; those of other prefixes stay. */
    public function flush(): bool
    {
        $this->values = [];
        return $this->deletePattern(self::escape($this->prefix) . '*');
    }

    public function flushRuntime(): bool
    {
        $this->values = [];
        return true;
    }

    public function flushGroup(string $group): bool
    {
        $names = $this->prefixOf($group);
        $this->values = \array_filter($this->values, static fn (string $name): bool => !\str_starts_with($name, $names), \ARRAY_FILTER_USE_KEY);
        return isset($this->localGroups[$group]) || $this->deletePattern(self::escape($names) . '*');
    }

    /** @param list<string> $groups that all blogs share */
    public function addGlobalGroups(array $groups): void
    {
        $this->globalGroups += \array_fill_keys($groups, true);
    }

    /** @param list<string> $groups that are not stored on the servers */
    public function addLocalGroups(array $groups): void
    {
        $this->localGroups += \array_fill_keys($groups, true);
    }

    public function switchToBlog(int $blog): void
    {
        $this->blog = $blog;
    }

    public function stats(): void
    {
        echo "<p><strong>Cache Hits:</strong> $this->cache_hits<br /><strong>Cache Misses:</strong> $this->cache_misses</p>";
    }

    private function store(int|string $key, mixed $data, string $group, int $expire, string $condition): bool
    {
        $name = $this->name($key, $group);
        if (isset($this->localGroups[$group])) {
            $exists = isset($this->values[$name]);
            $isStored = $condition === '' || $exists === ($condition === 'XX');
            !$isStored || $this->remember($name, $data, true);
            return $isStored;
        }
        $isStored = $this->run($this->setCommand($name, $data, $expire, $condition)) === 'OK';
        $this->remember($name, $data, $isStored);
        return $isStored;
    }

    /** @return list<string|int> */
    private function setCommand(string $name, mixed $data, int $expire, string $condition): array
    {
        $command = ['SET', $name, \is_int($data) ? (string) $data : \serialize($data)];
        $expire > 0 && \array_push($command, 'EX', $expire);
        $condition === '' || $command[] = $condition;
        return $command;
    }

    private function remember(string $name, mixed $data, bool $isStored): void
    {
        if ($isStored) {
            $this->values[$name] = [\is_object($data) ? clone $data : $data];
        } else {
            unset($this->values[$name]);
        }
    }

    /**
     * @param list<int|string> $keys
     * @return array<mixed> key => value, of those that exist
     */
    private function fetch(array $keys, string $group, bool $force): array
    {
        $names = \array_combine($keys, \array_map(fn (int|string $key): string => $this->name($key, $group), $keys));
        $isLocal = isset($this->localGroups[$group]);
        $wanted = \array_values(\array_filter($names, fn (string $name): bool => !$isLocal && ($force || !isset($this->values[$name]))));
        foreach ($this->execute(\array_map(static fn (string $name): array => ['GET', $name], $wanted)) as $place => $reply) {
            unset($this->values[$wanted[$place]]);
            if (\is_string($reply)) {
                $this->decode($wanted[$place], $reply);
            }
        }
        $found = [];
        foreach ($names as $key => $name) {
            if (isset($this->values[$name])) {
                $value = $this->values[$name][0];
                $found[$key] = \is_object($value) ? clone $value : $value;
            }
        }
        $this->cache_hits += \count($found);
        $this->cache_misses += \count($names) - \count($found);
        return $found;
    }

    /** Bytes that are not serialized are a miss. */
    private function decode(string $name, string $bytes): void
    {
        if (\preg_match('/^-?\d+$/D', $bytes) === 1) {
            $this->values[$name] = [(int) $bytes];
            return;
        }
        $value = @\unserialize($bytes);
        if ($value !== false || $bytes === 'b:0;') {
            $this->values[$name] = [$value];
        }
    }

    private function name(int|string $key, string $group): string
    {
        return $this->prefixOf($group) . $key;
    }

    private function prefixOf(string $group): string
    {
        $blog = $this->isMultisite && !isset($this->globalGroups[$group]) ? $this->blog : '';
        return "$this->prefix$blog:$group:";
    }

    private static function escape(string $text): string
    {
        return \addcslashes($text, '*?[]\\');
    }

    private function deletePattern(string $pattern): bool
    {
        $cursor = '0';
        do {
            $page = $this->run(['SCAN', $cursor, 'MATCH', $pattern, 'COUNT', self::PAGE]);
            if (!\is_array($page)) {
                return false;
            }
            [$cursor, $names] = $page;
            if ($names !== [] && $this->run(['UNLINK', ...$names]) === null) {
                return false;
            }
        } while ($cursor !== '0');
        return true;
    }

    /** @param list<string|int> $command */
    private function run(array $command): mixed
    {
        return $this->execute([$command])[0];
    }

    /**
     * @param list<list<string|int>> $commands
     * @return list<mixed> replies; null for a failure, which is logged
     */
    private function execute(array $commands): array
    {
        $replies = $commands === [] ? [] : $this->client->execute($commands);
        foreach ($replies as $place => $reply) {
            if ($reply instanceof ConnectionException || $reply instanceof ServerException) {
                \error_log('rediscluster object cache: ' . $reply->getMessage());
                $replies[$place] = null;
            } elseif ($reply instanceof \Throwable) {
                throw $reply;
            }
        }
        return $replies;
    }
}
