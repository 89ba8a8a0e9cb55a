<?php

// Without strict types: phpredis converts the types of arguments, and so do the methods that the generated ones call.

namespace RedisCluster\Compat;

use RedisCluster\Client;
use RedisCluster\RedisCluster;

require_once __DIR__ . '/polyfill.php';
\class_exists(WithoutSelf::class, false) || require __DIR__ . '/return_types.php';

/**
 * RedisCluster\RedisCluster as a subclass of phpredis' class Redis, for code that requires one. It is one server to its users:
 * connected from the start, hash tags are part of the key (`hash_tag: keep`), and info(), ping(), dbSize() and the like return one reply.
 *
 * Without ext-redis, Redis is a class that has its constants only. Every method of phpredis is declared here or in the traits, so
 * none works on a connection of the extension.
 */
class Redis extends \Redis
{
    use Methods\Bits;
    use Methods\Channels;
    use Methods\Connections;
    use Methods\Geo;
    use Methods\Hashes;
    use Methods\Keys;
    use Methods\Lists;
    use Methods\Scripts;
    use Methods\Servers;
    use Methods\Sets;
    use Methods\SortedSets;
    use Methods\Streams;
    use Methods\Strings;
    use Methods\Vectors;
    use WithoutSelf;

    private readonly RedisCluster $cluster;
    /** @var array<string, mixed> */
    private readonly array $config;

    /**
     * Opens no connection; see RedisCluster::__construct().
     *
     * @param array<string, mixed> $config       nodes (alias => host, port) and other settings. Without hash_tag it is `keep`
     * @param int                  $database     on every node
     * @param bool                 $masters_only read from masters too
     */
    public function __construct(#[\SensitiveParameter] array $config, int $database = 0, bool $masters_only = false)
    {
        $this->config = $config + ['hash_tag' => 'keep'];
        $this->cluster = new OneServer($this->config, $database, $masters_only);
    }

    public function __destruct()
    {
        // That of phpredis closes a connection that this object does not have.
    }

    /**
     * Runs one command on every master.
     *
     * @return array<string, mixed> alias => reply; for a node that failed, its exception
     */
    public function each(string|int|float|\Stringable ...$command): array
    {
        return (new Client(['db' => $this->cluster->getDBNum()] + $this->config))->each(...$command);
    }

    public function scan(&$iterator, $pattern = null, $count = 0, $type = null): array|false
    {
        return $this->cluster->scan($iterator, $pattern, $count, $type) ?? false;
    }

    public function hScan($key, &$iterator, $pattern = null, $count = 0): static|array|bool
    {
        return $this->reply($this->cluster->hScan($key, $iterator, $pattern, $count)) ?? false;
    }

    public function sScan($key, &$iterator, $pattern = null, $count = 0): array|false
    {
        return $this->cluster->sScan($key, $iterator, $pattern, $count) ?? false;
    }

    public function zScan($key, &$iterator, $pattern = null, $count = 0): static|array|false
    {
        return $this->reply($this->cluster->zScan($key, $iterator, $pattern, $count)) ?? false;
    }

    public function subscribe($channels, $cb): bool
    {
        return $this->cluster->subscribe($channels, $this->callback($cb)) ?? true;
    }

    public function psubscribe($patterns, $cb): bool
    {
        return $this->cluster->psubscribe($patterns, $this->callback($cb)) ?? true;
    }

    public function ssubscribe($channels, $cb): bool
    {
        return $this->cluster->ssubscribe($channels, $this->callback($cb)) ?? true;
    }

    /** The object itself where the other one returns itself. */
    private function reply(mixed $reply): mixed
    {
        return $reply === $this->cluster ? $this : $reply;
    }

    /** A callback for messages that receives this object instead of the other one. */
    private function callback(callable $callback): \Closure
    {
        return fn (object $cluster, mixed ...$message): mixed => $callback($this, ...$message);
    }
}
