<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\Request;
use RedisCluster\RequestException;

/**
 * The methods of RedisCluster for its nodes, credentials and settings, and those that make sense for one connection only. Code that calls them works.
 *
 * @internal
 */
trait ConnectionMethods
{
    private readonly ConnectionState $state;
    private readonly ArgumentConverter $arguments;
    private readonly ReplyConverter $replies;
    private readonly Configurator $configurator;

    /** @var ?array{Client, int, int} the bytes that were sent and received before clearTransferredBytes() */
    private ?array $clearedBytes = null;

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
     * @param mixed  $timeout        ignored, like the following ones: the configuration has it
     * @param mixed  $persistent_id
     * @param mixed  $retry_interval
     * @param mixed  $read_timeout
     * @param mixed  $context
     * @return bool true: the server is in the configuration
     * @throws RequestException if it is not
     */
    public function connect(
        $host = null,
        $port = 6379,
        $timeout = 0,
        $persistent_id = null,
        $retry_interval = 0,
        $read_timeout = 0,
        $context = null,
    ): bool {
        $convert = $this->arguments->forMethod('connect');
        [$host, $port] = [$host === null ? '' : $convert->string($host, 0), $convert->int($port, 1)];
        if ($host === '' || (new NodeList($this->state->client))->contains($host, $port)) {
            return true;
        }
        throw new RequestException("RedisCluster\RedisCluster::connect(): $host:$port is not in the configuration; add it to `nodes` instead");
    }

    /** The same as connect(). */
    public function pconnect(
        $host = null,
        $port = 6379,
        $timeout = 0,
        $persistent_id = null,
        $retry_interval = 0,
        $read_timeout = 0,
        $context = null,
    ): bool {
        return $this->connect($host, $port);
    }

    /** The same as connect(). */
    public function open(
        $host = null,
        $port = 6379,
        $timeout = 0,
        $persistent_id = null,
        $retry_interval = 0,
        $read_timeout = 0,
        $context = null,
    ): bool {
        return $this->connect($host, $port);
    }

    /** The same as connect(). */
    public function popen(
        $host = null,
        $port = 6379,
        $timeout = 0,
        $persistent_id = null,
        $retry_interval = 0,
        $read_timeout = 0,
        $context = null,
    ): bool {
        return $this->connect($host, $port);
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

    /**
     * The bytes that this process has sent to all servers, and received, since clearTransferredBytes(). Objects with the same configuration share
     * connections, and so these numbers.
     *
     * @return array{int, int} sent, received
     */
    public function getTransferredBytes(): array
    {
        [$client, $sent, $received] = $this->clearedBytes ?? [null, 0, 0];
        [$allSent, $allReceived] = $this->allTransferredBytes();
        // After auth() or select() there are other connections.
        return $client === $this->state->client ? [$allSent - $sent, $allReceived - $received] : [$allSent, $allReceived];
    }

    public function clearTransferredBytes(): void
    {
        $this->clearedBytes = [$this->state->client, ...$this->allTransferredBytes()];
    }

    /** @return array{int, int} */
    private function allTransferredBytes(): array
    {
        $aliases = [];
        foreach ($this->state->client->nodeList(discover: false) as $alias => $node) {
            // Aliases of the same database of a server share connections, and each of them has all numbers.
            $aliases["{$node['server']} {$node['db']}"] = $alias;
        }
        $stats = \array_intersect_key($this->state->client->stats(), \array_flip($aliases));
        return [\array_sum(\array_column($stats, 'bytes_sent')), \array_sum(\array_column($stats, 'bytes_received'))];
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

    /** @return array{host: ?string, port: ?int} */
    private function firstAddress(): array
    {
        return (new NodeList($this->state->client))->address($this->state->config->masters()[0]);
    }
}
