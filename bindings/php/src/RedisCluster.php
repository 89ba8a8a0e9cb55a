<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;
use RedisCluster\Phpredis\Coercion;
use RedisCluster\Phpredis\Discovery;
use RedisCluster\Phpredis\Methods;
use RedisCluster\Phpredis\Options;
use RedisCluster\Phpredis\Packer;
use RedisCluster\Phpredis\Queue;
use RedisCluster\Phpredis\Replies;

/**
 * N independent Redis servers in the manner of phpredis, in the place of rediscluster-php.
 */
class RedisCluster implements Phpredis\Constants
{
    use Phpredis\Broadcasts;
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
        $this->config = \array_diff_key($cluster, ['slaves' => 0]);
        if (Coercion::bool($masters_only)) {
            $this->config = ['masters_only' => true] + \array_diff_key($this->config, ['read' => 0]);
        }
        $database = Coercion::int($redisdb);
        if ($database !== 0) {
            $this->config = ['db' => $database] + $this->config;
        }
        $this->client = new Client($this->config);
        $this->no_servers = \count($cluster['master_of'] ?? $cluster['nodes']);
        $this->options = new Options();
        $this->packer = new Packer($this->options);
        $this->arguments = new Arguments($this->options, $this->packer);
        $this->replies = new Replies($this->options, $this->packer);
        $this->cluster = $cluster;
        if (!isset($cluster['slaves'])) {
            // From here on the first look at the property ends up in __get(), which asks the servers and puts it back.
            unset($this->cluster);
        }
    }

    /**
     * As the table has it, by a shorter way for what most calls are.
     *
     * @return mixed false where there is no such key
     */
    public function get($key)
    {
        if (\is_string($key) && $this->queue === null && $this->options->plain && \func_num_args() === 1) {
            $reply = $this->client->run(['GET', $this->options->prefix . $key], Form::NIL_FALSE);
            return \is_object($reply) ? $this->replies->error($reply) : $reply;
        }
        return $this->__call('get', \func_get_args());
    }

    /**
     * Likewise.
     *
     * @param int|array<mixed>|null $options seconds, or ['nx', 'ex' => 10]
     * @return mixed true; false where NX or XX forbade it
     */
    public function set($key, $value, $options = null)
    {
        if (\is_string($key) && \is_string($value) && $options === null && $this->queue === null && $this->options->plain) {
            $reply = $this->client->run(['SET', $this->options->prefix . $key, $value], Form::PHPREDIS);
            return \is_object($reply) ? $this->replies->error($reply) : $reply;
        }
        return $this->__call('set', \func_num_args() > 3 ? \func_get_args() : [$key, $value, $options]);
    }

    /** Every other method that is a command. */
    public function __call(string $name, array $arguments): mixed
    {
        $entry = Methods::TABLE[$name] ?? Methods::TABLE[\strtolower($name)]
            ?? throw new \Error('Call to undefined method ' . static::class . "::$name()");
        $call = $this->arguments->call($name, $entry, $arguments);
        if ($call === null) {
            return false;
        }
        if ($this->queue !== null) {
            $this->queue->add($call);
            return $this;
        }
        return $this->replies->value($call, $this->client->run($call->command, $this->replies->form($call)));
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
     * @return array<string, array{host: ?string, port: ?int}> its alias => where it is
     */
    public function getnodefor($name): array
    {
        $node = $this->client->nodeFor($this->options->prefix . Coercion::string($name));
        return [$node['alias'] => ['host' => $node['host'], 'port' => $node['port']]];
    }

    /** Changes the database on every node. */
    public function setSelectDB($db): bool
    {
        $this->configure(['db' => Coercion::int($db)]);
        return true;
    }

    /**
     * Goes on with another configuration, if it is a good one.
     *
     * @param array<string, mixed> $changes
     */
    private function configure(#[\SensitiveParameter] array $changes): void
    {
        $config = $changes + $this->config;
        $this->client = new Client($config);
        $this->config = $config;
    }
}
