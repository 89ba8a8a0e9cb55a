<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Discovery;
use RedisCluster\Phpredis\Options;
use RedisCluster\Phpredis\Packer;
use RedisCluster\Phpredis\Queue;
use RedisCluster\Phpredis\Replies;

/**
 * N independent Redis servers in the manner of phpredis, in the place of rediscluster-php.
 *
 * Every method of phpredis is here, in any letter case. Those that are one command are annotated at Phpredis\Commands; the others
 * stand in the other traits. Between multi() or pipeline() and exec() they answer the object itself.
 */
class RedisCluster implements Phpredis\Constants
{
    use Phpredis\Broadcasts;
    use Phpredis\Commands;
    use Phpredis\Connection;
    use Phpredis\Scans;
    use Phpredis\Subscriptions;
    use Phpredis\Transactions;
    use Phpredis\Values;

    /**
     * The configuration, and in `slaves` alias_slave => [host, port] of each master's first replica; of the master itself where
     * there is none, or with $masters_only. The servers are asked for them when this is first read.
     *
     * @var array<string, mixed>
     */
    public $cluster;

    /** @var int number of masters */
    public $no_servers;

    private readonly Options $options;
    private readonly Packer $packer;
    private readonly Arguments $arguments;
    private readonly Replies $replies;
    private Client $client;
    /** @var array<string, mixed> */
    private array $config;
    /** Where calls go between multi() or pipeline() and exec(). */
    private ?Queue $queue = null;

    /**
     * Connects to nothing. Objects of equal configurations share their connections, from request to request.
     *
     * @param array<string, mixed> $cluster      nodes (alias => host, port), and master_of (master => slave), where it is wanted
     * @param int                  $redisdb      the database on every node
     * @param bool                 $masters_only read from masters too
     */
    public function __construct(#[\SensitiveParameter] $cluster, $redisdb = 0, $masters_only = false)
    {
        if (!\is_array($cluster)) {
            throw new \TypeError('RedisCluster::__construct(): Argument #1 ($cluster) must be of type array');
        }
        $this->options = new Options();
        $this->packer = new Packer($this->options);
        $this->arguments = new Arguments($this->options, $this->packer);
        $this->replies = new Replies($this->options, $this->packer);
        // The slaves are not configured here, but may come back with what another object's $cluster has said.
        $config = \array_diff_key($cluster, ['slaves' => 0]);
        if ($masters_only) {
            $config = ['masters_only' => true] + \array_diff_key($config, ['read' => 0]);
        }
        $database = $this->arguments->named('__construct')->int($redisdb ?? 0, 1);
        $this->configure(($database === 0 ? [] : ['db' => $database]) + $config);
        $this->no_servers = \count(Discovery::masters($config));
        // The first look at the property ends up in __get(), which asks the servers and puts it back.
        unset($this->cluster);
    }

    private function __clone()
    {
    }

    public function &__get(string $name): mixed
    {
        if ($name === 'cluster') {
            $slaves = Discovery::slaves($this->config, $this->client);
            $this->cluster = $this->config + ['slaves' => $slaves];
            return $this->cluster;
        }
        \trigger_error('Undefined property: ' . static::class . "::\$$name", \E_USER_WARNING);
        $nothing = null;
        return $nothing;
    }

    public function __isset(string $name): bool
    {
        return $name === 'cluster';
    }

    /**
     * The node of a key.
     *
     * @param string $name
     * @return array<string, array{host: ?string, port: ?int}> its alias => where it is; the path of a Unix socket is a host
     */
    public function getnodefor($name): array
    {
        $node = $this->client->nodeFor($this->arguments->named('getnodefor')->key($name, 0));
        return [$node['alias'] => ['host' => $node['host'] ?? $node['unix'], 'port' => $node['port']]];
    }

    /**
     * Changes the database on every node.
     *
     * @param int $db
     */
    public function setSelectDB($db): bool
    {
        $this->configure(Discovery::onDatabase($this->config, $this->arguments->named('setSelectDB')->int($db, 0)));
        return true;
    }

    private function failed(ConnectionException $failure): mixed
    {
        if (!$this->options->failureAsNull) {
            throw $failure;
        }
        \error_log('RedisCluster: ' . $failure->getMessage());
        return null;
    }

    /**
     * Goes on with another configuration, if it is a good one.
     *
     * @param array<string, mixed> $config
     */
    private function configure(#[\SensitiveParameter] array $config): void
    {
        $this->goOnWith(new Client($config), $config['db'] ?? 0);
        $this->config = $config;
    }
}
