<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;

/**
 * The nodes that a configuration names: masters, addresses, replicas, and aliases of the same server.
 *
 * Everything that PHP computes about nodes is in this class.
 *
 * @internal
 */
final class NodeList
{
    private const DEFAULT_PORT = 6379;

    public function __construct(private readonly Configuration $config)
    {
    }

    /** @return list<string> the aliases of the masters */
    public function masters(): array
    {
        return \array_map(\strval(...), \array_keys($this->config->get('master_of') ?: $this->config->get('nodes', [])));
    }

    /**
     * @return array{host: ?string, port: ?int} the path of a Unix socket is a host without a port, as in phpredis
     */
    public function address(string $alias): array
    {
        $node = $this->config->get('nodes', [])[$alias] ?? [];
        $node = \is_string($node) ? (\parse_url($node) ?: []) : $node;
        if (isset($node['unix']) || ($node['scheme'] ?? '') === 'unix') {
            return ['host' => $node['unix'] ?? $node['path'] ?? null, 'port' => null];
        }
        return ['host' => $node['host'] ?? null, 'port' => $node['port'] ?? self::DEFAULT_PORT];
    }

    /** @param string $host or the path of a Unix socket, with any port */
    public function contains(string $host, int $port): bool
    {
        foreach (\array_keys($this->config->get('nodes', [])) as $alias) {
            $address = $this->address((string) $alias);
            if ($address === ['host' => $host, 'port' => $port] || $address === ['host' => $host, 'port' => null]) {
                return true;
            }
        }
        return false;
    }

    /**
     * One replica per master: the first that `master_of` names, else the first that the master reports. It is the master itself if
     * there is none, if the master does not reply, or if reads go to masters only.
     *
     * @return array<string, array{host: ?string, port: ?int}> alias of the master with the suffix `_slave` => address
     */
    public function replicas(Client $client): array
    {
        $fromMasters = $this->config->readsFromMasters();
        $configured = $this->config->get('master_of', []);
        $roles = $fromMasters || $configured !== [] ? [] : $client->each('ROLE');
        $replicas = [];
        foreach ($this->masters() as $alias) {
            $replica = $fromMasters ? $alias : ((array) ($configured[$alias] ?? []))[0] ?? $alias;
            $replicas["{$alias}_slave"] = self::firstReplica($roles[$alias] ?? null) ?? $this->address($replica);
        }
        return $replicas;
    }

    /**
     * A configuration that names each server once.
     *
     * @return ?array{Configuration, array<string, string>} with it, for each master's alias, its alias there; null if no server is
     *                                                      named twice
     */
    public function withoutDuplicates(): ?array
    {
        $nodes = $aliases = $masterOf = $seen = [];
        $configured = $this->config->get('nodes', []);
        foreach ($this->masters() as $alias) {
            $address = \implode(':', $this->address($alias));
            if (!isset($seen[$address])) {
                $seen[$address] = 'node_' . (1 + \count($seen));
                $nodes[$seen[$address]] = $configured[$alias];
                foreach ((array) ($this->config->get('master_of', [])[$alias] ?? []) as $replica) {
                    $nodes["slave_$replica"] = $configured[$replica];
                    $masterOf[$seen[$address]][] = "slave_$replica";
                }
            }
            $aliases[$alias] = $seen[$address];
        }
        if (\count($seen) === \count($aliases)) {
            return null;
        }
        $distinct = ['nodes' => $nodes] + ($masterOf === [] ? [] : ['master_of' => $masterOf]);
        return [new Configuration($distinct + \array_diff_key($this->config->values, ['master_of' => 0])), $aliases];
    }

    /**
     * @param mixed $role the reply of ROLE, or an exception
     * @return ?array{host: string, port: int}
     */
    private static function firstReplica(mixed $role): ?array
    {
        $replica = \is_array($role) && \is_array($role[2] ?? null) ? $role[2][0] ?? null : null;
        return $replica === null ? null : ['host' => $replica[0], 'port' => (int) $replica[1]];
    }
}
