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
        return \array_map(\strval(...), \array_keys(($config['master_of'] ?? []) ?: $config['nodes'] ?? []));
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
        $fromMasters = self::readsFromMasters($config);
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
     * @return array{host: ?string, port: ?int} the path of a Unix socket is a host without a port, as for phpredis
     */
    public static function address(array|string $node): array
    {
        $node = \is_string($node) ? (\parse_url($node) ?: []) : $node;
        if (isset($node['unix']) || ($node['scheme'] ?? '') === 'unix') {
            return ['host' => $node['unix'] ?? $node['path'] ?? null, 'port' => null];
        }
        return ['host' => $node['host'] ?? null, 'port' => $node['port'] ?? 6379];
    }

    /** @param array<string, mixed> $config */
    public static function readsFromMasters(array $config): bool
    {
        return ($config['masters_only'] ?? false) || ($config['read'] ?? '') === 'master';
    }

    /**
     * A database for all nodes, those that had one of their own included.
     *
     * @param array<string, mixed> $config
     * @return array<string, mixed>
     */
    public static function onDatabase(array $config, int $database): array
    {
        $change = static fn (array|string $node): array|string => \is_array($node)
            ? \array_diff_key($node, ['db' => 0])
            : \preg_replace('~^(rediss?://[^/]*)/\d+$|\?db=\d+$~', '$1', $node);
        return ['db' => $database, 'nodes' => \array_map($change, $config['nodes'] ?? [])] + $config;
    }

    /**
     * Likewise credentials.
     *
     * @param array<string, mixed> $config
     * @param array{username?: string, password: string} $credentials
     * @return array<string, mixed>
     */
    public static function withCredentials(#[\SensitiveParameter] array $config, #[\SensitiveParameter] array $credentials): array
    {
        $all = ['username' => 0, 'password' => 0];
        $change = static fn (array|string $node): array|string => \is_array($node)
            ? \array_diff_key($node, $all)
            : \preg_replace('~^(rediss?://)[^@/]*@~', '$1', $node);
        return $credentials + ['nodes' => \array_map($change, $config['nodes'] ?? [])] + \array_diff_key($config, $all);
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
        $all = ['nodes' => $nodes] + ($masterOf === [] ? [] : ['master_of' => $masterOf]);
        return [$all + \array_diff_key($config, ['master_of' => 0]), $renamed];
    }

    /** @return ?array{host: string, port: int} the first that a master names */
    private static function replica(mixed $role): ?array
    {
        $replica = \is_array($role) && \is_array($role[2] ?? null) ? $role[2][0] ?? null : null;
        return $replica === null ? null : ['host' => $replica[0], 'port' => (int) $replica[1]];
    }
}
