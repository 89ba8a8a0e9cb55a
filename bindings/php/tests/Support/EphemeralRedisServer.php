<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A redis-server on a free port that stores nothing on disk. It is stopped when this object is destroyed or this process is killed. */
final class EphemeralRedisServer
{
    private const ATTEMPTS = 20;

    public readonly int $port;
    private readonly string $folder;
    /** @var resource */
    private $process;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rediscluster-server-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        for ($attempt = 0; $attempt < self::ATTEMPTS; $attempt++) {
            // Below the range of ports that the system uses for outgoing connections.
            $port = random_int(10_000, 32_000);
            if ($this->start($port)) {
                $this->port = $port;
                return;
            }
        }
        throw new \RuntimeException('redis-server does not start: ' . file_get_contents("$this->folder/log"));
    }

    public function __destruct()
    {
        $this->stop();
        Php::command(['rm', '-rf', $this->folder]);
    }

    private function start(int $port): bool
    {
        $command = ['setpriv', '--pdeathsig', 'KILL', 'redis-server', '--bind', '127.0.0.1', '--port', (string) $port];
        array_push($command, '--dir', $this->folder, '--save', '', '--appendonly', 'no');
        $files = [['file', '/dev/null', 'r'], ['file', "$this->folder/log", 'w'], ['redirect', 1]];
        $this->process = proc_open($command, $files, $pipes);
        for ($deadline = microtime(true) + 10; microtime(true) < $deadline; usleep(10_000)) {
            if (!proc_get_status($this->process)['running']) {
                return false;
            }
            if ($this->replies($port)) {
                return true;
            }
        }
        $this->stop();
        return false;
    }

    /** Compares the process too: if another process took the port, it may be another redis-server. */
    private function replies(int $port): bool
    {
        $socket = @stream_socket_client("tcp://127.0.0.1:$port", $code, $message, 1);
        if ($socket === false) {
            return false;
        }
        stream_set_timeout($socket, 1);
        fwrite($socket, "INFO server\r\n");
        $reply = '';
        while (!str_contains($reply, 'io_threads_active') && ($line = fgets($socket)) !== false) {
            $reply .= $line;
        }
        return str_contains($reply, 'process_id:' . proc_get_status($this->process)['pid'] . "\r\n");
    }

    private function stop(): void
    {
        // The server stores nothing, so KILL loses nothing.
        proc_terminate($this->process, 9);
        proc_close($this->process);
    }
}
