<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Broadcast;
use RedisCluster\Phpredis\CommandMethods;
use RedisCluster\Phpredis\Configuration;
use RedisCluster\Phpredis\Configurator;
use RedisCluster\Phpredis\ConnectionState;
use RedisCluster\Phpredis\NodeList;
use RedisCluster\Phpredis\Options;
use RedisCluster\Phpredis\ReplyConverter;
use RedisCluster\Phpredis\Scans;
use RedisCluster\Phpredis\ServerCommands;
use RedisCluster\Phpredis\Subscriptions;
use RedisCluster\Phpredis\Transactions;
use RedisCluster\Phpredis\ValueCodec;

/**
 * N independent Redis servers with the methods of phpredis' class Redis. It replaces rediscluster-php.
 *
 * Every method of phpredis is available, in any letter case. Those that are one command are annotated at Phpredis\CommandSignatures.
 * The others are below: each checks its arguments and delegates to an object of Phpredis\, or is too short for that. Between multi()
 * or pipeline() and exec(), methods return the object itself.
 */
class RedisCluster extends CommandMethods
{
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
    // Created on first use: most scripts need none of them.
    private ?Broadcast $broadcast = null;
    private ?ServerCommands $servers = null;
    private ?Scans $scans = null;
    private ?Subscriptions $subscriptions = null;

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
        $this->options = new Options();
        $this->codec = new ValueCodec($this->options);
        $this->arguments = new ArgumentConverter($this->options, $this->codec);
        $this->replies = new ReplyConverter($this->options, $this->codec);
        parent::__construct($this->state, $this->options, $this->arguments, $this->replies);
        $this->transactions = new Transactions($this->state, $this->options, $this->codec, $this->replies);
        $this->configurator = new Configurator($this->state, $this->transactions, $this->replies);

        // `slaves` is output, but callers may pass the $cluster of another object.
        $config = \array_diff_key($cluster, ['slaves' => 0]);
        // The rule of rediscluster-php, whose data and calls have such tags.
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

    // ---- nodes and configuration ------------------------------------------------------------------------------------

    /**
     * The node of a key.
     *
     * @param string $name
     * @return array<string, array{host: ?string, port: ?int}> alias => address; the path of a Unix socket is a host
     */
    public function getnodefor($name): array
    {
        $node = $this->state->client->nodeFor($this->arguments->forMethod('getnodefor')->key($name, 0));
        return [$node['alias'] => ['host' => $node['host'] ?? $node['unix'], 'port' => $node['port']]];
    }

    /**
     * Changes the database on every node.
     *
     * @param int $db
     */
    public function setSelectDB($db): bool
    {
        $database = $this->arguments->forMethod('setSelectDB')->int($db, 0);
        $this->configurator->configure($this->state->config->withDatabase($database));
        return true;
    }

    /**
     * Changes the credentials on every node if all masters accept them; otherwise nothing changes.
     *
     * @param string|array<string> $credentials a password, or [user, password]
     * @return bool false, or an exception: a server rejected them
     */
    public function auth(#[\SensitiveParameter] $credentials): bool
    {
        $credentials = \array_values((array) $credentials);
        if ($credentials === [] || \count($credentials) > 2) {
            return $this->arguments->forMethod('auth')->refuse('When passing an array as auth it must have one or two elements!');
        }
        $names = \count($credentials) === 1 ? ['password'] : ['username', 'password'];
        $credentials = \array_combine($names, \array_map(Request::toText(...), $credentials));
        return $this->configurator->configureIfAccepted($this->state->config->withCredentials($credentials));
    }

    /**
     * Opens no connection: the library does that when a command needs one. Exists for code that calls it.
     *
     * @param string $host
     * @param int    $port
     * @param mixed  ...$more ignored: the configuration has it
     * @return bool true: the server is in the configuration
     * @throws RequestException if it is not
     */
    public function connect($host = null, $port = 6379, ...$more): bool
    {
        $convert = $this->arguments->forMethod('connect');
        [$host, $port] = [$host === null ? '' : $convert->string($host, 0), $convert->int($port, 1)];
        if ($host === '' || (new NodeList($this->state->client))->contains($host, $port)) {
            return true;
        }
        throw new RequestException("RedisCluster::connect(): $host:$port is not in the configuration; add it to `nodes` instead");
    }

    /** @param mixed ...$arguments as of connect() */
    public function pconnect(...$arguments): bool
    {
        return $this->connect(...$arguments);
    }

    /** @param mixed ...$arguments as of connect() */
    public function open(...$arguments): bool
    {
        return $this->connect(...$arguments);
    }

    /** @param mixed ...$arguments as of connect() */
    public function popen(...$arguments): bool
    {
        return $this->connect(...$arguments);
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

    /** Always true: the library replaces a connection that was lost. */
    public function isConnected(): bool
    {
        return true;
    }

    /** The host, or the path of the Unix socket, of the first master. */
    public function getHost(): string|false
    {
        return $this->firstAddress()['host'] ?? false;
    }

    /** The port of the first master. */
    public function getPort(): int|false
    {
        return $this->firstAddress()['port'] ?? false;
    }

    public function getDBNum(): int
    {
        return $this->state->config->database();
    }

    public function getTimeout(): float
    {
        return (float) $this->state->config->get('connect_timeout', 5);
    }

    public function getReadTimeout(): float
    {
        return (float) $this->state->config->get('read_timeout', 5);
    }

    public function getPersistentID(): ?string
    {
        return null;
    }

    /** @return string|array{string, string}|null the password, or [user, password] */
    public function getAuth(): string|array|null
    {
        $user = $this->state->config->get('username');
        $password = $this->state->config->get('password');
        return isset($user, $password) ? [$user, $password] : $password;
    }

    /** @return array{int, int} always [0, 0]: the library does not count bytes */
    public function getTransferredBytes(): array
    {
        return [0, 0];
    }

    public function clearTransferredBytes(): void
    {
    }

    /** `redis`, `valkey` or another name. */
    public function serverName(): string|false
    {
        return $this->servers()->serverName();
    }

    public function serverVersion(): string|false
    {
        return $this->servers()->serverVersion();
    }

    public function getLastError(): ?string
    {
        return $this->replies->lastError;
    }

    public function clearLastError(): bool
    {
        $this->replies->lastError = null;
        return true;
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
     * @param int $mode MULTI or PIPELINE
     * @return static|false
     */
    public function multi($mode = self::MULTI)
    {
        $mode = $this->arguments->forMethod('multi', \func_get_args(), 0, 1)->int($mode, 0);
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
     * @return mixed the replies in order; false if a watched key has changed; null without multi() and pipeline(). For a transaction
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

    // ---- subscriptions; see Phpredis\Subscriptions ------------------------------------------------------------------

    /**
     * Calls $callback($redis, $channel, $message) for each message, until all channels are unsubscribed.
     *
     * An exception thrown by the callback, or caused by a node, ends all subscriptions. If no message arrives for OPT_READ_TIMEOUT
     * seconds, a RedisException is thrown (0: default_socket_timeout of php.ini; less than 0: no limit).
     *
     * @param array<string> $channels
     * @return ?false false: there are no channels, or a server returned an error
     */
    public function subscribe(array $channels, callable $callback): ?bool
    {
        return $this->subscriptions()->subscribe($this, 'SUBSCRIBE', 'message', $channels, $callback);
    }

    /**
     * As subscribe(), for patterns: $callback($redis, $pattern, $channel, $message).
     *
     * @param array<string> $patterns
     * @return ?false
     */
    public function psubscribe(array $patterns, callable $callback): ?bool
    {
        return $this->subscriptions()->subscribe($this, 'PSUBSCRIBE', 'pmessage', $patterns, $callback);
    }

    /**
     * As subscribe(), for messages from spublish().
     *
     * @param array<string> $channels
     * @return ?false
     */
    public function ssubscribe(array $channels, callable $callback): ?bool
    {
        return $this->subscriptions()->subscribe($this, 'SSUBSCRIBE', 'smessage', $channels, $callback);
    }

    /**
     * @param array<string> $channels
     * @return array<string, true>|false channel => true; false: there are none
     */
    public function unsubscribe(array $channels): array|false
    {
        return $this->subscriptions()->unsubscribe('UNSUBSCRIBE', 'message', $channels);
    }

    /**
     * @param array<string> $patterns
     * @return array<string, true>|false pattern => true; false: there are none
     */
    public function punsubscribe(array $patterns): array|false
    {
        return $this->subscriptions()->unsubscribe('PUNSUBSCRIBE', 'pmessage', $patterns);
    }

    /**
     * @param array<string> $channels
     * @return array<string, true>|false channel => true; false: there are none
     */
    public function sunsubscribe(array $channels): array|false
    {
        return $this->subscriptions()->unsubscribe('SUNSUBSCRIBE', 'smessage', $channels);
    }

    // ---- every server: [alias => reply, alias_slave => reply]; see Phpredis\Broadcast ---------------------------------

    /**
     * INFO, complete or these sections.
     *
     * @param string ...$sections
     * @return mixed
     */
    public function info(...$sections)
    {
        return $this->servers()->info($sections) ?? $this;
    }

    /**
     * True, or the message.
     *
     * @param ?string $message
     * @return mixed
     */
    public function ping($message = null)
    {
        return $this->servers()->ping(\func_get_args()) ?? $this;
    }

    /**
     * Seconds and microseconds.
     *
     * @return mixed
     */
    public function time()
    {
        return $this->servers()->time() ?? $this;
    }

    /**
     * config('GET', $pattern), config('SET', $name, $value), config('SET', [$name => $value]), config('RESETSTAT'), config('REWRITE').
     *
     * @param string                   $operation
     * @param string|array<mixed>|null $key
     * @param mixed                    $value
     * @return mixed
     */
    public function config($operation, $key = null, $value = null)
    {
        return $this->servers()->config(\func_get_args()) ?? $this;
    }

    /** @return mixed */
    public function lastSave()
    {
        return $this->broadcast()->send('lastSave', ['LASTSAVE'], 'int') ?? $this;
    }

    /** @return mixed */
    public function save()
    {
        $this->arguments->forMethod('save', \func_get_args(), 0, 0);
        return $this->broadcast()->send('save', ['SAVE'], 'bool') ?? $this;
    }

    /** @return mixed */
    public function bgSave()
    {
        $this->arguments->forMethod('bgSave', \func_get_args(), 0, 0);
        return $this->broadcast()->send('bgSave', ['BGSAVE'], 'bool') ?? $this;
    }

    /** @return mixed */
    public function bgRewriteAOF()
    {
        $this->arguments->forMethod('bgRewriteAOF', \func_get_args(), 0, 0);
        return $this->broadcast()->send('bgRewriteAOF', ['BGREWRITEAOF'], 'bool') ?? $this;
    }

    /**
     * Empties the database on every master. Replicas follow their masters; null is reported for them.
     *
     * @param bool $async
     * @return mixed
     */
    public function flushDB($async = false)
    {
        $async = $this->arguments->forMethod('flushDB', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast()->send('flushDB', $async ? ['FLUSHDB', 'ASYNC'] : ['FLUSHDB'], 'bool', toReplicas: false) ?? $this;
    }

    /**
     * As flushDB(), for all databases.
     *
     * @param bool $async
     * @return mixed
     */
    public function flushAll($async = false)
    {
        $async = $this->arguments->forMethod('flushAll', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast()->send('flushAll', $async ? ['FLUSHALL', 'ASYNC'] : ['FLUSHALL'], 'bool', toReplicas: false) ?? $this;
    }

    /**
     * As setSelectDB(), if every server has such a database; otherwise nothing changes.
     *
     * @param int $dbindex
     * @return mixed
     */
    public function select($dbindex)
    {
        return $this->servers()->select(\func_get_args()) ?? $this;
    }

    /**
     * client('list'), client('kill', $address) and so on. client('setname') only stores the name, for client('getname').
     *
     * @param string $command
     * @param string ...$arguments
     * @return mixed
     */
    public function client($command, ...$arguments)
    {
        return $this->servers()->client(\func_get_args()) ?? $this;
    }

    /**
     * slowLog('get', $number), slowLog('len'), slowLog('reset').
     *
     * @param string $operation
     * @param int    $number
     * @return mixed
     */
    public function slowLog($operation, $number = null)
    {
        return $this->servers()->slowLog(\func_get_args()) ?? $this;
    }

    /**
     * acl('log') runs on every server; other subcommands have one reply.
     *
     * @param string $subcommand
     * @param string ...$arguments
     * @return mixed
     */
    public function acl($subcommand, ...$arguments)
    {
        $convert = $this->arguments->forMethod('acl', \func_get_args(), 1);
        return \strtoupper($convert->string($subcommand, 0)) === 'LOG'
            ? $this->servers()->aclLog($arguments) ?? $this
            : $this->__call('acl', \func_get_args());
    }

    /** @return mixed */
    public function role()
    {
        return $this->broadcast()->send('role', ['ROLE'], 'any') ?? $this;
    }

    /**
     * DEBUG OBJECT on the node of the key.
     *
     * @param string $key
     * @return mixed
     */
    public function debug($key)
    {
        return $this->servers()->debug(\func_get_args()) ?? $this;
    }

    private function broadcast(): Broadcast
    {
        return $this->broadcast ??= new Broadcast($this->state, $this->replies);
    }

    private function servers(): ServerCommands
    {
        return $this->servers
            ??= new ServerCommands($this->state, $this->arguments, $this->replies, $this->broadcast(), $this->configurator);
    }

    private function scans(): Scans
    {
        return $this->scans ??= new Scans($this->state, $this->options, $this->replies);
    }

    private function subscriptions(): Subscriptions
    {
        return $this->subscriptions ??= new Subscriptions($this->state, $this->options, $this->arguments, $this->replies);
    }

    /** @return array{host: ?string, port: ?int} */
    private function firstAddress(): array
    {
        return (new NodeList($this->state->client))->address($this->state->config->masters()[0]);
    }
}
