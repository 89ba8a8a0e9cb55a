<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\Observer\CommandObserver;
use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\CommandMethods;
use RedisCluster\Phpredis\Configuration;
use RedisCluster\Phpredis\Configurator;
use RedisCluster\Phpredis\ConnectionMethods;
use RedisCluster\Phpredis\ConnectionState;
use RedisCluster\Phpredis\Constants;
use RedisCluster\Phpredis\NodeList;
use RedisCluster\Phpredis\Options;
use RedisCluster\Phpredis\ReplyConverter;
use RedisCluster\Phpredis\Scans;
use RedisCluster\Phpredis\ServerMethods;
use RedisCluster\Phpredis\StrippedTagNotice;
use RedisCluster\Phpredis\SubscriptionMethods;
use RedisCluster\Phpredis\Transactions;
use RedisCluster\Phpredis\ValueCodec;

/**
 * N independent Redis servers with the methods of phpredis' class Redis. It replaces rediscluster-php.
 *
 * It declares every method of phpredis 6, and the aliases of 5.3. Those that are one command are in Phpredis\CommandMethods. The others
 * are below and in the other traits: each checks its arguments and delegates to an object of Phpredis\, or is too short for that.
 * Between multi() or pipeline() and exec(), methods return the object itself.
 */
class RedisCluster implements Constants
{
    use CommandMethods;
    use ConnectionMethods;
    use ServerMethods;
    use SubscriptionMethods;

    /** Whether methods about servers return one reply instead of [alias => reply]. */
    protected const IS_ONE_SERVER = false;

    /**
     * The configuration, and in `slaves` alias_slave => [host, port] of each master's first replica. That is the master itself if
     * there is no replica, or with $masters_only. The first access asks the servers.
     *
     * @var array<string, mixed>
     */
    public $cluster;

    /** @var int number of masters */
    public $no_servers;

    private readonly ConnectionState $state;
    private readonly Options $options;
    private readonly ValueCodec $codec;
    private readonly ArgumentConverter $arguments;
    private readonly ReplyConverter $replies;
    private readonly Transactions $transactions;
    private readonly Configurator $configurator;
    /** Created on first use: most scripts do not need it. */
    private ?Scans $scans = null;

    /**
     * Opens no connection. Objects of equal configurations share their connections, in PHP-FPM across requests.
     *
     * @param array<string, mixed> $cluster      nodes (alias => host, port), and optionally master_of (master => replica) and others.
     *                                           Without hash_tag it is `strip`, the rule of rediscluster-php
     * @param int                  $redisdb      the database on every node
     * @param bool                 $masters_only read from masters too
     */
    public function __construct(#[\SensitiveParameter] $cluster, $redisdb = 0, $masters_only = false)
    {
        if (!\is_array($cluster)) {
            throw new \TypeError('RedisCluster::__construct(): Argument #1 ($cluster) must be of type array');
        }
        $this->state = new ConnectionState();
        $this->options = new Options($this->hashTag());
        $this->codec = new ValueCodec($this->options);
        $this->arguments = new ArgumentConverter($this->options, $this->codec);
        $this->replies = new ReplyConverter($this->options, $this->codec);
        $this->transactions = new Transactions($this->state, $this->options, $this->codec, $this->replies);
        $this->configurator = new Configurator($this->state, $this->transactions, $this->replies);

        // `slaves` is output, but callers may pass the $cluster of another object.
        $config = \array_diff_key($cluster, ['slaves' => 0]);
        // The rule of rediscluster-php, whose data and calls have such tags.
        $this->options->logsStrippedTag = !isset($config['hash_tag']) && StrippedTagNotice::isDue();
        $config['hash_tag'] ??= 'strip';
        if ($masters_only) {
            $config = ['masters_only' => true] + \array_diff_key($config, ['read' => 0]);
        }
        $database = $this->arguments->forMethod('__construct')->int($redisdb ?? 0, 1);
        $this->configurator->configure(new Configuration(($database === 0 ? [] : ['db' => $database]) + $config));
        $this->no_servers = \count($this->state->config->masters());
        // Reading an unset property calls __get().
        unset($this->cluster);
    }

    /**
     * How a subclass places keys: a function that returns the hash tag of a key, `{…}`, which `hash_tag: strip` removes; null: as the
     * configuration says.
     *
     * @return (\Closure(string): string)|null
     */
    protected function hashTag(): ?\Closure
    {
        return null;
    }

    private function __clone()
    {
    }

    public function &__get(string $name): mixed
    {
        if ($name === 'cluster') {
            $config = $this->state->config;
            $this->cluster = $config->values + ['slaves' => (new NodeList($this->state->client))->replicas($config->readsFromMasters())];
            return $this->cluster;
        }
        \trigger_error('Undefined property: ' . static::class . "::\$$name", \E_USER_WARNING);
        $null = null;
        return $null;
    }

    public function __isset(string $name): bool
    {
        return $name === 'cluster';
    }

    /** Drops queued calls, watched keys and subscriptions. The object stays usable, and connections stay open for other objects. */
    public function close(): bool
    {
        $this->transactions->reset();
        $this->subscriptions?->close();
        return true;
    }

    /** The same as close(). */
    public function reset(): bool
    {
        return $this->close();
    }

    /** Tells an observer of every later command; null: none. Without an observer, commands cost nothing more. */
    public function observe(?CommandObserver $observer): void
    {
        $this->configurator->observe($observer);
    }

    // ---- options and values -----------------------------------------------------------------------------------------

    /**
     * @param int $option
     * @param mixed $value
     */
    public function setOption($option, $value): bool
    {
        $option = $this->arguments->forMethod('setOption', \func_get_args(), 2, 2)->int($option, 0);
        if (!$this->options->set($option, $value)) {
            return false;
        }
        if ($option === self::OPT_READ_TIMEOUT) {
            $this->configurator->setReadTimeout($this->options->readTimeout);
        }
        return true;
    }

    /** @param int $option */
    public function getOption($option): mixed
    {
        return $this->options->get($this->arguments->forMethod('getOption', \func_get_args(), 1, 1)->int($option, 0));
    }

    /** @param string $key */
    public function _prefix($key): string
    {
        return $this->arguments->forMethod('_prefix', \func_get_args(), 1, 1)->key($key, 0);
    }

    /** @param mixed $value */
    public function _serialize($value): string
    {
        $this->arguments->forMethod('_serialize', \func_get_args(), 1, 1);
        return $this->codec->serialize($value);
    }

    /** @param string $value */
    public function _unserialize($value): mixed
    {
        return $this->codec->unserialize($this->arguments->forMethod('_unserialize', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** @param string $value */
    public function _compress($value): string
    {
        return $this->codec->compress($this->arguments->forMethod('_compress', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** @param string $value */
    public function _uncompress($value): string
    {
        return $this->codec->uncompress($this->arguments->forMethod('_uncompress', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** @param mixed $value */
    public function _pack($value): string
    {
        $this->arguments->forMethod('_pack', \func_get_args(), 1, 1);
        return $this->codec->pack($value);
    }

    /** @param string $value */
    public function _unpack($value): mixed
    {
        return $this->codec->unpack($this->arguments->forMethod('_unpack', \func_get_args(), 1, 1)->string($value, 0));
    }

    // ---- pipelines and transactions ---------------------------------------------------------------------------------

    /**
     * @param int $value MULTI or PIPELINE
     * @return static|false
     */
    public function multi($value = self::MULTI)
    {
        $mode = $this->arguments->forMethod('multi', \func_get_args(), 0, 1)->int($value, 0);
        if ($mode === self::PIPELINE) {
            return $this->pipeline();
        }
        if ($mode !== self::MULTI) {
            return $this->arguments->refuse('Unknown mode sent to Redis::multi');
        }
        $this->transactions->begin();
        return $this;
    }

    public function pipeline(): static
    {
        if (\func_num_args() !== 0) {
            $this->arguments->forMethod('pipeline', \func_get_args(), 0, 0);
        }
        $this->transactions->beginPipeline();
        return $this;
    }

    /**
     * @return mixed the replies in order; false if a watched key has changed, and without multi() and pipeline(). For a transaction
     *               inside a pipeline, exec() returns the object, and the exec() of the pipeline the replies
     */
    public function exec(): mixed
    {
        if (\func_num_args() !== 0) {
            $this->arguments->forMethod('exec', \func_get_args(), 0, 0);
        }
        return $this->transactions->endInnerTransaction() ? $this : $this->transactions->exec();
    }

    public function discard(): bool
    {
        $this->arguments->forMethod('discard', \func_get_args(), 0, 0);
        return $this->transactions->discard();
    }

    /**
     * @param string|array<string> $key           the keys, one by one or in an array, must be on one node
     * @param string               ...$other_keys
     */
    public function watch($key, ...$other_keys): static|bool
    {
        $keys = \is_array($key) && $other_keys === [] ? $key : [$key, ...$other_keys];
        return $keys === [] ? false : $this->transactions->watch($this->arguments->keys($keys)) ?? $this;
    }

    public function unwatch(): static|bool
    {
        return $this->transactions->unwatch() ?? $this;
    }

    /** ATOMIC, MULTI or PIPELINE. */
    public function getMode(): int
    {
        return $this->state->queue === null ? self::ATOMIC : $this->state->queue->mode;
    }

    // ---- scans; see Phpredis\Scans ----------------------------------------------------------------------------------

    /** @return list<string>|false|null keys of all nodes, with their prefix */
    public function scan(mixed &$iterator, ?string $pattern = null, ?int $count = 0, ?string $type = null): array|false|null
    {
        return $this->scans()->keys($iterator, $pattern, $count, $type);
    }

    /** @return array<mixed>|false|null field => value */
    public function hScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false|null
    {
        return $this->scans()->hash($key, $iterator, $pattern, $count);
    }

    /** @return list<mixed>|false|null members */
    public function sScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false|null
    {
        return $this->scans()->set($key, $iterator, $pattern, $count);
    }

    /** @return array<float>|false|null member => score */
    public function zScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false|null
    {
        return $this->scans()->sortedSet($key, $iterator, $pattern, $count);
    }

    private function scans(): Scans
    {
        return $this->scans ??= new Scans($this->state, $this->options, $this->replies);
    }
}
