<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use PHPUnit\Framework\TestCase;
use RedisCluster\Client;

/** A test case with three empty servers. */
abstract class ClusterTestCase extends TestCase
{
    protected Client $client;

    protected function setUp(): void
    {
        $this->client = new Client(self::config());
        $this->client->each('FLUSHALL');
    }

    /**
     * The configuration of the servers that scripts/with-redis started.
     *
     * @param array<string, mixed> $options
     * @return array<string, mixed>
     */
    protected static function config(int $masters = 3, array $options = []): array
    {
        $config = json_decode((string) getenv('REDISCLUSTER_CONFIG'), true);
        if (!is_array($config)) {
            self::fail('REDISCLUSTER_CONFIG is not set: run tests/run');
        }
        return ['nodes' => array_slice($config['nodes'], 0, $masters)] + $options + ['hash_tag' => $config['hash_tag']];
    }

    /**
     * The same configuration with a port for one node that no server listens on.
     *
     * @return array<string, mixed>
     */
    protected static function configWithDeadNode(string $alias): array
    {
        $config = self::config();
        $config['nodes'][$alias]['port'] = self::freePort();
        return $config;
    }

    protected static function freePort(): int
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $name = stream_socket_get_name($server, false);
        return (int) substr(strrchr($name, ':'), 1);
    }

    /** A key whose node has this alias. */
    protected function keyOn(string $alias, string $prefix = 'key'): string
    {
        for ($i = 0;; $i++) {
            if ($this->client->nodeFor("$prefix$i")['alias'] === $alias) {
                return "$prefix$i";
            }
        }
    }

    /** The exception that a function throws; fails if it throws none. */
    protected static function thrownBy(callable $function): \Throwable
    {
        try {
            $function();
        } catch (\Throwable $thrown) {
            return $thrown;
        }
        self::fail('no exception was thrown');
    }
}
