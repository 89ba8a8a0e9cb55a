<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A redis-server that can be killed, and started again with all that it had acknowledged. */
final class RedisServer
{
    private ?Daemon $daemon = null;
    /** What it wrote to disk, which outlives a daemon's folder. */
    private readonly string $data;
    /** @var ?resource */
    private $control = null;
    private int $before;

    public function __construct(public readonly int $port)
    {
        $this->data = Daemon::folder('data');
        $this->start();
    }

    public function __destruct()
    {
        $this->daemon?->stop();
        Php::command(['rm', '-rf', $this->data]);
    }

    /** What was acknowledged has been given to the system, and so survives the process. */
    public function start(): void
    {
        $options = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--dir', $this->data];
        $command = ['redis-server', '--bind', '127.0.0.1', '--port', (string) $this->port, ...$options];
        $this->daemon = new Daemon(Daemon::folder('redis'), $command);
        $this->daemon->await(function (): bool {
            $this->control = @stream_socket_client("tcp://127.0.0.1:$this->port") ?: null;
            return $this->control !== null && $this->ask('PING') === '+PONG';
        });
        $this->before = $this->received();
    }

    public function kill(): void
    {
        posix_kill($this->daemon->pid, SIGKILL);
        $this->daemon->stop();
    }

    /** @return list<int> the numbers of its connections, but for the one that asks */
    public function connections(): array
    {
        preg_match_all('/^id=(\d+) /m', $this->ask('CLIENT LIST'), $matches);
        return array_values(array_diff(array_map(intval(...), $matches[1]), [(int) substr($this->ask('CLIENT ID'), 1)]));
    }

    /** How many connections it has accepted since it was started. */
    public function accepted(): int
    {
        return $this->received() - $this->before;
    }

    private function received(): int
    {
        preg_match('/^total_connections_received:(\d+)/m', $this->ask('INFO stats'), $match);
        return (int) $match[1];
    }

    private function ask(string $command): string
    {
        fwrite($this->control, "$command\r\n");
        $line = rtrim((string) fgets($this->control));
        return str_starts_with($line, '$') ? (string) stream_get_contents($this->control, (int) substr($line, 1) + 2) : $line;
    }
}
