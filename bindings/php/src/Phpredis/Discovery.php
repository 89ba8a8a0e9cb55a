<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;

/**
 * What a configuration says of the servers, and in what the servers complete it.
 *
 * @internal
 */
final class Discovery
{
    private const PORT = 6379;

    /**
     * The `slaves` of RedisCluster::$cluster.
     *
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
        foreach (self::masters($config) as $alias) {
            $slave = $named === null || $client === null ? $alias : ((array) $named[$alias])[0] ?? $alias;
            $slaves[$alias . '_slave'] = self::replica($roles[$alias] ?? null) ?? self::address($nodes[$slave] ?? []);
        }
        return $slaves;
    }

    /**
     * @param array<string, mixed> $config
     * @return list<string>
     */
    public static function masters(array $config): array
    {
        return \array_map(\strval(...), \array_keys($config['master_of'] ?? $config['nodes'] ?? []));
    }

    /**
     * @param array<string, mixed>|string $node as in a configuration
     * @return array{host: ?string, port: ?int} the path of a Unix socket is a host without a port, as for phpredis
     */
    public static function address(array|string $node): array
    {
        if (\is_string($node)) {
            $parts = \parse_url($node) ?: [];
            $node = ($parts['scheme'] ?? '') === 'unix' ? ['unix' => $parts['path'] ?? null] : $parts;
        }
        return isset($node['unix'])
            ? ['host' => $node['unix'], 'port' => null]
            : ['host' => $node['host'] ?? null, 'port' => isset($node['host']) ? (int) ($node['port'] ?? self::PORT) : null];
    }

    /**
     * A database for all nodes, those that had one of their own included.
     *
     * @param array<string, mixed> $config
     * @return array<string, mixed>
     */
    public static function onDatabase(array $config, int $database): array
    {
        foreach ($config['nodes'] ?? [] as $alias => $node) {
            $config['nodes'][$alias] = \is_array($node)
                ? \array_diff_key($node, ['db' => 0])
                : \preg_replace('~^(rediss?://[^/]*)/\d+|(\?)db=\d+$~', '$1$2', $node);
        }
        return ['db' => $database] + $config;
    }

    /**
     * A configuration in which no server stands twice.
     *
     * @param array<string, mixed> $config
     * @return ?array{array<string, mixed>, array<string, string>} and each master's alias => the one in there; null where none stands twice
     */
    public static function distinct(array $config): ?array
    {
        $nodes = $renamed = $masterOf = $seen = [];
        foreach (self::masters($config) as $alias) {
            $address = \implode(':', self::address($config['nodes'][$alias] ?? []));
            if (!isset($seen[$address])) {
                $seen[$address] = 'node_' . (1 + \count($seen));
                $nodes[$seen[$address]] = $config['nodes'][$alias];
                foreach ((array) ($config['master_of'][$alias] ?? []) as $slave) {
                    $nodes["slave_$slave"] = $config['nodes'][$slave];
                    $masterOf[$seen[$address]][] = "slave_$slave";
                }
            }
            $renamed[$alias] = $seen[$address];
        }
        if (\count($seen) === \count($renamed)) {
            return null;
        }
        return [($masterOf === [] ? [] : ['master_of' => $masterOf]) + ['nodes' => $nodes] + \array_diff_key($config, ['master_of' => 0]), $renamed];
    }

    /** @return ?array{host: string, port: int} the first that a master names */
    private static function replica(mixed $role): ?array
    {
        return isset($role[2][0][1]) && \is_array($role[2]) ? ['host' => $role[2][0][0], 'port' => (int) $role[2][0][1]] : null;
    }
}
