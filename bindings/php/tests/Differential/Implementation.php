<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** One of the two sides of the comparison: a class with the methods of phpredis, and its servers. */
final class Implementation
{
    /** A user who may execute no command: every server replies with an error that phpredis throws, except where it expects an array. */
    public const POOR_USER = 'poor';

    /** @var list<\Redis> separate connections to the servers, to store and read data without the object under test */
    private array $servers;

    /**
     * @param \Closure(): object $factory creates the object under test
     * @param list<int>          $ports of its servers
     * @param list<string>       $aliases of its servers if methods about servers return alias => result
     */
    public function __construct(private readonly \Closure $factory, array $ports, public readonly array $aliases = [])
    {
        foreach ($ports as $port) {
            $server = new \Redis();
            $server->connect('127.0.0.1', $port);
            $server->rawCommand('ACL', 'SETUSER', self::POOR_USER, 'on', 'nopass', '~*', '&*', '-@all');
            $this->servers[] = $server;
        }
    }

    public static function phpredis(int $port): self
    {
        return new self(static function () use ($port): \Redis {
            $redis = new \Redis();
            $redis->connect('127.0.0.1', $port);
            return $redis;
        }, [$port]);
    }

    /** @param array{nodes: array<string, array{host: string, port: int}>} $config */
    public static function dropIn(array $config): self
    {
        $class = 'RedisCluster\\RedisCluster';
        $ports = array_column($config['nodes'], 'port');
        return new self(static fn (): object => new $class($config), $ports, array_keys($config['nodes']));
    }

    /** A new object under test; all servers are emptied. */
    public function newObject(): object
    {
        foreach ($this->servers as $server) {
            $server->pipeline()->rawCommand('REPLICAOF', 'NO', 'ONE')->rawCommand('FLUSHALL')->rawCommand('SCRIPT', 'FLUSH')->rawCommand('CONFIG', 'RESETSTAT')
                ->rawCommand('ACL', 'LOG', 'RESET')->exec();
        }
        return ($this->factory)();
    }

    /** @param list<list<mixed>> $commands with one key each, run by another client than the object under test */
    public function runCommands(array $commands): void
    {
        foreach ($commands as $command) {
            $server = $this->server((string) $command[$command[0] === 'XGROUP' ? 2 : 1]);
            if ($server->rawCommand(...$command) === false) {
                throw new \LogicException(implode(' ', $command) . ': ' . $server->getLastError());
            }
        }
    }

    public function portOf(string $key): int
    {
        return $this->server($key)->getPort();
    }

    /** @return array<string, array<string, mixed>> the data on all servers by database and key, sorted */
    public function storedData(): array
    {
        $data = [];
        foreach ($this->servers as $server) {
            $data[] = (new ServerSnapshot($server))->data;
        }
        $data = array_merge_recursive(...$data);
        foreach ($data as &$database) {
            ksort($database);
        }
        ksort($data);
        return $data;
    }

    private function server(string $key): \Redis
    {
        return $this->servers[crc32($key) % count($this->servers)];
    }
}
