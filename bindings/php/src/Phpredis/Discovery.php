<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;

/**
 * The `slaves` of RedisCluster::$cluster, and the addresses of nodes.
 *
 * @internal
 */
final class Discovery
{
    /**
     * @param array<string, mixed> $config
     * @return list<string> the aliases of the masters
     */
    public static function masters(array $config): array
    {
        return \array_keys(($config['master_of'] ?? []) ?: $config['nodes']);
    }

    /**
     * The first replica of each master: the one that `master_of` names, or else the master. A master that does not answer, or has
     * none, stands there itself, as all do where only masters are read from.
     *
     * @param array<string, mixed> $config
     * @return array<string, array{host: ?string, port: ?int}>
     */
    public static function slaves(array $config, Client $client): array
    {
        $fromMasters = ($config['masters_only'] ?? false) || ($config['read'] ?? '') === 'master';
        $named = $config['master_of'] ?? [];
        $roles = $fromMasters || $named !== [] ? [] : $client->each('ROLE');
        $slaves = [];
        foreach (self::masters($config) as $alias) {
            $slave = $fromMasters ? $alias : ((array) ($named[$alias] ?? []))[0] ?? $alias;
            $slaves[$alias . '_slave'] = self::replica($roles[$alias] ?? null) ?? self::address($config['nodes'][$slave] ?? []);
        }
        return $slaves;
    }

    /**
     * @param array<string, mixed>|string $node as the configuration has it
     * @return array{host: ?string, port: ?int} nulls for a Unix socket
     */
    public static function address(array|string $node): array
    {
        $node = \is_string($node) ? (\parse_url($node) ?: []) : $node;
        if (isset($node['unix']) || ($node['scheme'] ?? '') === 'unix') {
            return ['host' => null, 'port' => null];
        }
        return ['host' => $node['host'] ?? null, 'port' => $node['port'] ?? 6379];
    }

    /** @return ?array{host: string, port: int} the first that a master names */
    private static function replica(mixed $role): ?array
    {
        $replica = \is_array($role) && \is_array($role[2] ?? null) ? $role[2][0] ?? null : null;
        return $replica === null ? null : ['host' => $replica[0], 'port' => (int) $replica[1]];
    }
}
