<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** One of the two that are compared: a class with phpredis' methods, and the servers behind it. */
final class Subject
{
    /** @var list<\Redis> connections to the servers, by which data is laid down and looked at behind the back of the object under test */
    private array $servers;

    /**
     * @param \Closure(): object $make makes the object under test
     * @param list<int>          $ports of its servers
     * @param list<string>       $aliases of its servers, where a broadcast answers alias => value
     */
    public function __construct(private readonly \Closure $make, array $ports, public readonly array $aliases = [])
    {
        foreach ($ports as $port) {
            $server = new \Redis();
            $server->connect('127.0.0.1', $port);
            $this->servers[] = $server;
        }
    }

    public static function extension(int $port): self
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

    /** A new object under test over empty servers. */
    public function fresh(): object
    {
        foreach ($this->servers as $server) {
            $server->pipeline()->rawCommand('FLUSHALL')->rawCommand('SCRIPT', 'FLUSH')->rawCommand('CONFIG', 'RESETSTAT')->exec();
        }
        return ($this->make)();
    }

    /** @param list<list<mixed>> $commands of one key each, which another client than the one under test runs */
    public function prepare(array $commands): void
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

    /** @return array<string, array<string, mixed>> what lies on the servers, by database and key, sorted */
    public function data(): array
    {
        $data = [];
        foreach ($this->servers as $server) {
            $data[] = (new Snapshot($server))->data;
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
