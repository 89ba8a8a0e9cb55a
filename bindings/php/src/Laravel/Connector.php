<?php

declare(strict_types=1);

namespace RedisCluster\Laravel;

use Illuminate\Redis\Connectors\PhpRedisConnector;
use RedisCluster\Compat\Redis;

/**
 * Connects Laravel's Redis connections to several servers. A connection in config/database.php has the configuration of the nodes in
 * place of a host:
 *
 *     'redis' => [
 *         'client' => 'rediscluster',
 *         'default' => ['nodes' => ['node_1' => ['host' => …, 'port' => …], …], 'database' => 0, 'prefix' => 'app:'],
 *     ],
 *
 * Transactions may have keys on several nodes (`transactions` is `per_node`): Laravel's cache stores several values in one. Each
 * node executes its commands in one step.
 *
 * @see ServiceProvider
 */
final class Connector extends PhpRedisConnector
{
    /** Settings of Laravel that setOption() takes: name => option. */
    private const OPTIONS = [
        'prefix' => Redis::OPT_PREFIX,
        'scan' => Redis::OPT_SCAN,
        'serializer' => Redis::OPT_SERIALIZER,
        'compression' => Redis::OPT_COMPRESSION,
        'compression_level' => Redis::OPT_COMPRESSION_LEVEL,
    ];

    /** Settings of Laravel for connections, which the library manages itself. */
    private const IGNORED = ['cluster' => 0, 'database' => 0, 'parameters' => 0, 'persistent' => 0, 'persistent_id' => 0, 'name' => 0];

    public function connectToCluster(array $config, array $clusterOptions, array $options): never
    {
        throw new \InvalidArgumentException("Configure the nodes of the client rediscluster as a connection, not below 'clusters'");
    }

    /** @param array<string, mixed> $config */
    protected function createClient(#[\SensitiveParameter] array $config): Redis
    {
        $cluster = \array_diff_key($config, self::OPTIONS, self::IGNORED) + ['transactions' => 'per_node'];
        $redis = new Redis($cluster, (int) ($config['database'] ?? 0));
        foreach (\array_intersect_key($config, self::OPTIONS) as $name => $value) {
            if ($value !== null && $value !== '') {
                $redis->setOption(self::OPTIONS[$name], $value);
            }
        }
        return $redis;
    }
}
