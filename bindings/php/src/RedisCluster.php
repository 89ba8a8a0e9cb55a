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

    /** The old way: a failure of transport is logged, and the answer is null. */
    public const OPT_FAILURE_NULL = Options::FAILURE_NULL;

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
    private readonly bool $mastersOnly;
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
        $this->mastersOnly = Coercion::bool($masters_only);
        $this->config = \is_array($cluster) ? $cluster : throw new \TypeError('RedisCluster::__construct(): Argument #1 ($cluster) must be of type array');
        $database = Coercion::int($redisdb);
        $this->config = ($this->mastersOnly ? ['read' => 'master'] : []) + ($database === 0 ? [] : ['db' => $database]) + $this->config;
        $this->client = new Client($this->config);
        $this->no_servers = \count($cluster['master_of'] ?? $cluster['nodes'] ?? []);
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
            try {
                $reply = $this->client->run(['GET', $this->options->prefix . $key], Form::NIL_FALSE);
                return \is_object($reply) ? $this->replies->error($reply) : $reply;
            } catch (Exception $failure) {
                return $this->failed($failure);
            }
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
            try {
                $reply = $this->client->run(['SET', $this->options->prefix . $key, $value], Form::PHPREDIS);
                return \is_object($reply) ? $this->replies->error($reply) : $reply;
            } catch (Exception $failure) {
                return $this->failed($failure);
            }
        }
        return $this->__call('set', \func_num_args() > 3 ? \func_get_args() : [$key, $value, $options]);
    }

    /** Every other method that is a command. */
    public function __call(string $name, array $arguments): mixed
    {
        $entry = Methods::TABLE[$name] ?? Methods::TABLE[\strtolower($name)]
            ?? throw new \Error('Call to undefined method ' . static::class . "::$name()");
        $call = $this->arguments->call($name, $entry, $arguments);
        if ($this->queue !== null) {
            $this->queue->add($call);
            return $this;
        }
        try {
            return $this->replies->value($call, $this->client->run($call->command, $this->replies->form($call)));
        } catch (Exception $failure) {
            return $this->failed($failure);
        }
    }

    public function &__get(string $name): mixed
    {
        if ($name === 'cluster') {
            $slaves = Discovery::slaves($this->config, $this->mastersOnly ? null : $this->client);
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
}
