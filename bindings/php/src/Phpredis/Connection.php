<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\ServerException;
use RedisCluster\TimeoutException;

/**
 * The methods that speak of a connection. The library makes, keeps and re-makes connections as commands need them, to all
 * nodes: opening and closing them has no effect here.
 *
 * @internal of RedisCluster
 */
trait Connection
{
    /** What the configuration said before OPT_READ_TIMEOUT was set, or null where it was not set. */
    private ?array $configuredReadTimeout = null;

    public function getLastError(): ?string
    {
        return $this->replies->lastError;
    }

    public function clearLastError(): bool
    {
        $this->replies->lastError = null;
        return true;
    }

    /**
     * The node of a key.
     *
     * @return array<string, array{host: ?string, port: ?int}> its alias => where it is; the path of a Unix socket is a host
     */
    public function getnodefor($name): array
    {
        $node = $this->client->nodeFor($this->arguments->of('getnodefor', \func_get_args(), 1, 1)->key($name, 0));
        return [$node['alias'] => ['host' => $node['host'] ?? $node['unix'], 'port' => $node['port']]];
    }

    /** Changes the database on every node, for this object. */
    public function setSelectDB($db): bool
    {
        $db = $this->arguments->of('setSelectDB', \func_get_args(), 1, 1)->int($db, 0);
        $this->reopen(Discovery::onDatabase($this->config, $db));
        return true;
    }

    public function connect(...$arguments): bool
    {
        return true;
    }

    public function open(...$arguments): bool
    {
        return true;
    }

    public function pconnect(...$arguments): bool
    {
        return true;
    }

    public function popen(...$arguments): bool
    {
        return true;
    }

    /** What was queued or watched is forgotten. */
    public function close(): bool
    {
        $this->queue = null;
        $this->unwatched();
        $this->session = null;
        return true;
    }

    public function isConnected(): bool
    {
        return true;
    }

    /** Of the first master. */
    public function getHost(): ?string
    {
        return Discovery::address($this->firstNode())['host'];
    }

    /** Likewise. */
    public function getPort(): ?int
    {
        return Discovery::address($this->firstNode())['port'];
    }

    public function getDBNum(): int
    {
        return $this->config['db'] ?? 0;
    }

    /** @return string|array{string, string}|null */
    public function getAuth(): string|array|null
    {
        $password = $this->config['password'] ?? null;
        return isset($this->config['username']) ? [$this->config['username'], $password] : $password;
    }

    /** Seconds. */
    public function getTimeout(): float
    {
        return (float) ($this->config['connect_timeout'] ?? 0);
    }

    /** Likewise. */
    public function getReadTimeout(): float
    {
        return $this->options->readTimeout ?: (float) ($this->config['read_timeout'] ?? 0);
    }

    public function getPersistentID(): ?string
    {
        return null;
    }

    /**
     * From now on with this password, or this [user, password], on every node.
     *
     * @return bool false: a server refused, and all is as it was; one that refuses with WRONGPASS makes it throw
     */
    public function auth(#[\SensitiveParameter] $auth): bool
    {
        $given = \array_values(\is_array($auth) ? $auth : [$auth]);
        if (\count($given) < 1 || \count($given) > 2) {
            $this->arguments->of('auth', \func_get_args(), 1)->warn('When passing an array as auth it must have one or two elements!');
            return false;
        }
        $names = \count($given) === 1 ? ['password'] : ['username', 'password'];
        $said = \array_combine($names, \array_map(Arguments::text(...), $given));
        $config = $said + \array_diff_key($this->config, ['username' => 0, 'password' => 0]);
        foreach ($config['nodes'] ?? [] as $alias => $node) {
            if (\is_array($node)) {
                $config['nodes'][$alias] = \array_diff_key($node, ['username' => 0, 'password' => 0]);
            }
        }
        return $this->reopenIfAnswered($config);
    }

    /** A configuration that all masters take; else all is as it was, and a server's error is answered false, or thrown. */
    private function reopenIfAnswered(#[\SensitiveParameter] array $config): bool
    {
        foreach ((new Client($config))->each('PING') as $reply) {
            if ($reply instanceof Exception) {
                return $reply instanceof ServerException ? $this->replies->error($reply) : throw $reply;
            }
        }
        $this->reopen($config);
        return true;
    }

    /** @param array<string, mixed> $config */
    private function reopen(#[\SensitiveParameter] array $config): void
    {
        $this->unwatched();
        $this->session = null;
        $this->client = new Client($config);
        $this->config = $config;
    }

    private function setReadTimeout(float $seconds): void
    {
        $this->configuredReadTimeout ??= \array_intersect_key($this->config, ['read_timeout' => 0]);
        // The library's word for waiting for ever is 0; phpredis' is a negative number, and 0 means what was configured.
        $timeout = $seconds === 0.0 ? $this->configuredReadTimeout : ['read_timeout' => \max(0.0, $seconds)];
        $this->reopen($timeout + \array_diff_key($this->config, ['read_timeout' => 0]));
    }

    /** The answer to a failure, which is thrown unless OPT_FAILURE_NULL asks for the old way. */
    private function failed(Exception $failure): mixed
    {
        if (!$this->options->failureNull || !($failure instanceof ConnectionException || $failure instanceof TimeoutException)) {
            throw $failure;
        }
        \error_log($failure->getMessage());
        return null;
    }

    /** @return array<string, mixed>|string */
    private function firstNode(): array|string
    {
        $nodes = $this->config['nodes'] ?? [];
        return $nodes[\array_key_first($this->config['master_of'] ?? $nodes)] ?? [];
    }
}
