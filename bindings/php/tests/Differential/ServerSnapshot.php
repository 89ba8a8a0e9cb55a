<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** All keys of a server with type, content, and whether they expire. */
final class ServerSnapshot
{
    /** In milliseconds. A key that expires sooner may still exist on one side only, so the snapshot waits until it is gone. */
    private const EXPIRES_SOON_MS = 300;

    /** @var array<string, array<string, array{type: int, expires: bool, content: mixed}>> "db0" => key => … */
    public readonly array $data;

    public function __construct(private readonly \Redis $server)
    {
        $data = [];
        foreach (array_keys($server->info('keyspace')) as $database) {
            $server->select((int) substr($database, 2));
            foreach ($server->keys('*') as $key) {
                // With the dot, PHP keeps a numeric key as a string.
                if ($this->outlivesSnapshot($key)) {
                    $data[$database][".$key"] = $this->key($key);
                }
            }
        }
        $server->select(0);
        $this->data = $data;
    }

    private function outlivesSnapshot(string $key): bool
    {
        while (($left = $this->server->pttl($key)) >= 0 && $left < self::EXPIRES_SOON_MS) {
            usleep(1000);
        }
        return $left !== -2;
    }

    /** @return array{type: int, expires: bool, content: mixed} */
    private function key(string $key): array
    {
        [$type, $ttl] = $this->server->pipeline()->type($key)->ttl($key)->exec();
        return ['type' => $type, 'expires' => $ttl >= 0, 'content' => $this->content($key, $type)];
    }

    private function content(string $key, int $type): mixed
    {
        switch ($type) {
            case \Redis::REDIS_STRING:
                return $this->server->get($key);
            case \Redis::REDIS_LIST:
                return $this->server->lRange($key, 0, -1);
            case \Redis::REDIS_SET:
                return self::sorted($this->server->sMembers($key), sort(...));
            case \Redis::REDIS_HASH:
                return self::sorted($this->server->hGetAll($key), ksort(...));
            case \Redis::REDIS_ZSET:
                return $this->server->zRange($key, 0, -1, true);
            default:
                return [$this->server->xRange($key, '-', '+'), $this->server->xInfo('groups', $key)];
        }
    }

    /**
     * @param array<mixed> $content
     * @return array<mixed>
     */
    private static function sorted(array $content, \Closure $sort): array
    {
        $sort($content, SORT_STRING);
        return $content;
    }
}
