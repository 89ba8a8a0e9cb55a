<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\Exception;
use RedisCluster\Request;
use RedisCluster\RequestException;
use RedisCluster\ServerException;

/**
 * The methods that speak of a connection. This class has none of its own: the library makes them when they are needed, and the
 * configuration says where to. What asks for one server is answered for the first master.
 *
 * @internal of RedisCluster
 */
trait Connection
{
    /**
     * There is nothing to connect. For code that goes on to call it: true, if the server is one of the configuration's.
     *
     * @param string $host
     * @param int    $port
     * @param mixed  ...$more what phpredis takes, and the configuration says here
     */
    public function connect($host = null, $port = 6379, ...$more): bool
    {
        $as = $this->arguments->named('connect');
        [$host, $port] = [$host === null ? '' : $as->string($host, 0), $as->int($port, 1)];
        foreach ($this->config['nodes'] as $node) {
            $address = Discovery::address($node);
            if ($host === '' || $address === ['host' => $host, 'port' => $port] || $host === ($node['unix'] ?? null)) {
                return true;
            }
        }
        throw new RequestException(
            "RedisCluster::connect(): $host:$port is not in the configuration, which alone says what servers there are"
        );
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

    /** What was queued or watched is forgotten. Connections stay for whoever comes next, and this object goes on. */
    public function close(): bool
    {
        $this->queue = null;
        $this->unwatched();
        $this->session = null;
        $this->hangUp();
        return true;
    }

    /** Likewise. */
    public function reset(): bool
    {
        return $this->close();
    }

    /**
     * For all nodes from here on, if all masters take it; else it throws, and all is as it was.
     *
     * @param string|array<string> $credentials a password, or [user, password]
     */
    public function auth(#[\SensitiveParameter] $credentials): bool
    {
        $credentials = \array_values((array) $credentials);
        if ($credentials === [] || \count($credentials) > 2) {
            return $this->arguments->named('auth')->refuse('When passing an array as auth it must have one or two elements!');
        }
        $names = \count($credentials) === 1 ? ['password'] : ['username', 'password'];
        $credentials = \array_combine($names, \array_map(Request::text(...), $credentials));
        return $this->configureIfTaken(Discovery::withCredentials($this->config, $credentials));
    }

    /** A connection that was lost is made anew by itself. */
    public function isConnected(): bool
    {
        return true;
    }

    public function getHost(): string|false
    {
        $node = $this->firstMaster();
        return Discovery::address($node)['host'] ?? $node['unix'] ?? false;
    }

    public function getPort(): int|false
    {
        return Discovery::address($this->firstMaster())['port'] ?? false;
    }

    /** `redis`, `valkey` … */
    public function serverName(): string|false
    {
        $info = (string) $this->client->run(['INFO', 'server']);
        return \preg_match('/^server_name:(\w+)/m', $info, $found) ? $found[1] : 'redis';
    }

    public function serverVersion(): string|false
    {
        $info = (string) $this->client->run(['INFO', 'server']);
        // Valkey says which Redis it is like, too.
        $found = \preg_match('/^valkey_version:(\S+)/m', $info, $version) || \preg_match('/^redis_version:(\S+)/m', $info, $version);
        return $found ? $version[1] : false;
    }

    /** @return array{int, int} nothing: the library does not count */
    public function getTransferredBytes(): array
    {
        return [0, 0];
    }

    public function clearTransferredBytes(): void
    {
    }

    public function getDBNum(): int
    {
        return $this->config['db'] ?? 0;
    }

    public function getTimeout(): float
    {
        return (float) ($this->config['connect_timeout'] ?? 5);
    }

    public function getReadTimeout(): float
    {
        return (float) ($this->config['read_timeout'] ?? 5);
    }

    public function getPersistentID(): ?string
    {
        return null;
    }

    /** @return string|array{string, string}|null the password, or [user, password] */
    public function getAuth(): string|array|null
    {
        $password = $this->config['password'] ?? null;
        return isset($this->config['username'], $password) ? [$this->config['username'], $password] : $password;
    }

    /** ATOMIC, MULTI or PIPELINE. */
    public function getMode(): int
    {
        return $this->queue === null ? self::ATOMIC : $this->queue->mode;
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

    /**
     * configure(), if every master answers then. A server's error is answered with false, or thrown.
     *
     * @param array<string, mixed> $config
     */
    private function configureIfTaken(#[\SensitiveParameter] array $config): bool
    {
        foreach ((new Client($config))->each('PING') as $reply) {
            if ($reply instanceof Exception) {
                // A server that refuses what a connection begins with is told as a connection that cannot be made.
                $refusal = '/: cannot connect: ((?:ERR|WRONGPASS|NOAUTH|NOPERM) .*); it was not executed$/Ds';
                return \preg_match($refusal, $reply->getMessage(), $words) === 1
                    ? $this->replies->error(new ServerException($words[1], previous: $reply))
                    : throw $reply;
            }
        }
        $this->configure($config);
        return true;
    }

    /** @return array<string, mixed>|string */
    private function firstMaster(): array|string
    {
        return $this->config['nodes'][Discovery::masters($this->config)[0]];
    }
}
