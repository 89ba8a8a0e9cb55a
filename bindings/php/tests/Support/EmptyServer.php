<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A private redis-server on a free port, which keeps nothing and ends with this object, or with this process if that is killed. */
final class EmptyServer
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
            // Below the range from which the system takes the ports of outgoing connections.
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
            if ($this->answers($port)) {
                return true;
            }
        }
        $this->stop();
        return false;
    }

    /** Asks for the process too: on a port that was lost to another, another redis-server may answer. */
    private function answers(int $port): bool
    {
        $socket = @stream_socket_client("tcp://127.0.0.1:$port", $code, $message, 1);
        if ($socket === false) {
            return false;
        }
        stream_set_timeout($socket, 1);
        fwrite($socket, "INFO server\r\n");
        $answer = '';
        while (!str_contains($answer, 'io_threads_active') && ($line = fgets($socket)) !== false) {
            $answer .= $line;
        }
        return str_contains($answer, 'process_id:' . proc_get_status($this->process)['pid'] . "\r\n");
    }

    private function stop(): void
    {
        // It keeps nothing, so nothing is lost by KILL.
        proc_terminate($this->process, 9);
        proc_close($this->process);
    }
}
