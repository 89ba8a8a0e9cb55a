<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A redis-server that can be killed and started again with all acknowledged writes. */
final class RestartableRedisServer
{
    public ServerProcess $process;
    /** @var ?resource */
    private $control = null;
    private int $receivedAtStart;
    /** The folder with the data of the killed server. */
    private ?string $folderOfKilled = null;

    public function __construct(public readonly int $port)
    {
        $this->start();
    }

    /** With `appendfsync no` the operating system has every acknowledged write, so it survives the process. */
    public function start(): void
    {
        $folder = $this->folderOfKilled ?? ServerProcess::folder('redis');
        $this->folderOfKilled = null;
        @mkdir("$folder/data");
        $options = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--dir', "$folder/data"];
        $command = ['redis-server', '--bind', '127.0.0.1', '--port', (string) $this->port, ...$options];
        $this->process = new ServerProcess($folder, $command);
        $this->process->await(function (): bool {
            $this->control = @stream_socket_client("tcp://127.0.0.1:$this->port") ?: null;
            return $this->control !== null && $this->request('PING') === '+PONG';
        });
        $this->receivedAtStart = $this->receivedConnections();
    }

    public function kill(): void
    {
        posix_kill($this->process->pid, SIGKILL);
        $this->folderOfKilled = ServerProcess::folder('redis');
        rename("{$this->process->folder}/data", "$this->folderOfKilled/data");
        $this->process->stop();
    }

    /** @return list<int> ids of the connections, without the one used for this request */
    public function connectionIds(): array
    {
        preg_match_all('/^id=(\d+) /m', $this->request('CLIENT LIST'), $matches);
        return array_values(array_diff(array_map(intval(...), $matches[1]), [(int) substr($this->request('CLIENT ID'), 1)]));
    }

    /** The number of connections that the server accepted since the last start. */
    public function acceptedConnections(): int
    {
        return $this->receivedConnections() - $this->receivedAtStart;
    }

    private function receivedConnections(): int
    {
        preg_match('/^total_connections_received:(\d+)/m', $this->request('INFO stats'), $match);
        return (int) $match[1];
    }

    private function request(string $command): string
    {
        fwrite($this->control, "$command\r\n");
        $line = rtrim((string) fgets($this->control));
        return str_starts_with($line, '$') ? (string) stream_get_contents($this->control, (int) substr($line, 1) + 2) : $line;
    }
}
