<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A redis-server that can be killed, and started again with all that it had acknowledged. */
final class RedisServer
{
    public Daemon $daemon;
    /** @var ?resource */
    private $control = null;
    private int $before;
    /** What a killed server has left. */
    private ?string $left = null;

    public function __construct(public readonly int $port)
    {
        $this->start();
    }

    /** What was acknowledged has been given to the system, and so survives the process. */
    public function start(): void
    {
        $folder = $this->left ?? Daemon::folder('redis');
        $this->left = null;
        @mkdir("$folder/data");
        $options = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--dir', "$folder/data"];
        $command = ['redis-server', '--bind', '127.0.0.1', '--port', (string) $this->port, ...$options];
        $this->daemon = new Daemon($folder, $command);
        $this->daemon->await(function (): bool {
            $this->control = @stream_socket_client("tcp://127.0.0.1:$this->port") ?: null;
            return $this->control !== null && $this->ask('PING') === '+PONG';
        });
        $this->before = $this->received();
    }

    public function kill(): void
    {
        posix_kill($this->daemon->pid, SIGKILL);
        $this->left = Daemon::folder('redis');
        rename("{$this->daemon->folder}/data", "$this->left/data");
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
