<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;

/**
 * The nodes of a client in the form in which phpredis and rediscluster-php report them. The library knows the nodes; this class
 * only converts.
 *
 * @internal
 */
final class NodeList
{
    public function __construct(private readonly Client $client)
    {
    }

    /**
     * @param string $alias of a master or of a replica
     * @return array{host: ?string, port: ?int} the path of a Unix socket is a host without a port, as in phpredis
     */
    public function address(string $alias): array
    {
        return self::addressOf($this->client->nodeList(discover: false)[$alias]);
    }

    /** @param string $host or the path of a Unix socket, with any port */
    public function contains(string $host, int $port): bool
    {
        foreach ($this->client->nodeList(discover: false) as $node) {
            $address = self::addressOf($node);
            if ($address === ['host' => $host, 'port' => $port] || $address === ['host' => $host, 'port' => null]) {
                return true;
            }
        }
        return false;
    }

    /**
     * The first replica of each master. It is the master itself if there is none, if the master does not reply, or if reads go to
     * masters only.
     *
     * @return array<string, array{host: ?string, port: ?int}> alias of the master with the suffix `_slave` => address
     */
    public function replicas(bool $readsFromMasters): array
    {
        $nodes = $this->client->nodeList(discover: !$readsFromMasters);
        $replicas = [];
        foreach ($nodes as $alias => $node) {
            if ($node['role'] === 'master') {
                $replica = $readsFromMasters ? $alias : $node['replicas'][0] ?? $alias;
                $replicas["{$alias}_slave"] = self::addressOf($nodes[$replica]);
            }
        }
        return $replicas;
    }

    /**
     * The configuration of the client, with each server named once.
     *
     * @return ?array{Configuration, array<string, string>} with it, for each master's alias, its alias there; null if no server is
     *                                                      named twice
     */
    public function withoutDuplicates(Configuration $config): ?array
    {
        $nodes = $aliases = $masterOf = $seen = [];
        $configured = $config->get('nodes', []);
        $listed = $this->client->nodeList(discover: false);
        foreach ($config->masters() as $alias) {
            $server = $listed[$alias]['server'];
            if (!isset($seen[$server])) {
                $seen[$server] = 'node_' . (1 + \count($seen));
                $nodes[$seen[$server]] = $configured[$alias];
                foreach ((array) ($config->get('master_of', [])[$alias] ?? []) as $replica) {
                    $nodes["slave_$replica"] = $configured[$replica];
                    $masterOf[$seen[$server]][] = "slave_$replica";
                }
            }
            $aliases[$alias] = $seen[$server];
        }
        if (\count($seen) === \count($aliases)) {
            return null;
        }
        $distinct = ['nodes' => $nodes] + ($masterOf === [] ? [] : ['master_of' => $masterOf]);
        return [new Configuration($distinct + \array_diff_key($config->values, ['master_of' => 0])), $aliases];
    }

    /**
     * @param array{host: ?string, port: ?int, unix: ?string} $node
     * @return array{host: ?string, port: ?int}
     */
    private static function addressOf(array $node): array
    {
        return ['host' => $node['unix'] ?? $node['host'], 'port' => $node['port']];
    }
}
