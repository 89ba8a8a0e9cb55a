<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;

/**
 * The `slaves` of RedisCluster::$cluster.
 *
 * @internal
 */
final class Discovery
{
    /**
     * @param array<string, mixed> $config
     * @param ?Client              $client null: from masters only
     * @return array<string, array{host: ?string, port: ?int}>
     */
    public static function slaves(array $config, ?Client $client): array
    {
        $nodes = $config['nodes'] ?? [];
        $named = $config['master_of'] ?? null;
        $roles = $client !== null && $named === null ? $client->each('ROLE') : [];
        $slaves = [];
        foreach (\array_keys($named ?? $nodes) as $alias) {
            $slave = $named === null || $client === null ? $alias : ((array) $named[$alias])[0] ?? $alias;
            $slaves[$alias . '_slave'] = self::replica($roles[$alias] ?? null) ?? self::address($nodes[$slave] ?? []);
        }
        return $slaves;
    }

    /** @return ?array{host: string, port: int} the first that a master names */
    private static function replica(mixed $role): ?array
    {
        return isset($role[2][0][1]) && \is_array($role[2]) ? ['host' => $role[2][0][0], 'port' => (int) $role[2][0][1]] : null;
    }

    /**
     * @param array<string, mixed> $node
     * @return array{host: ?string, port: ?int}
     */
    private static function address(array $node): array
    {
        return ['host' => $node['host'] ?? null, 'port' => $node['port'] ?? null];
    }
}
