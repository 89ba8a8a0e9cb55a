<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/**
 * A server process with its own folder. The server is stopped and the folder removed when this object is destroyed, or when the process that
 * created it ends for any reason.
 */
final class ServerProcess
{
    /**
     * Starts the server and stops it at the end of standard input, which is a pipe from the tests. It closes inherited file descriptors;
     * otherwise the sockets of PHP would stay open while the server runs.
     */
    private const SUPERVISOR = <<<'SH'
        trap '' INT TERM HUP
        for file in /proc/$$/fd/*; do
            ((${file##*/} > 2)) && eval "exec ${file##*/}>&-"
        done
        folder=$1
        shift
        (trap - INT TERM HUP && exec "$@") </dev/null >>"$folder/log" 2>&1 &
        echo $!
        exec >/dev/null
        cat
        kill $!
        wait
        rm -rf -- "$folder"
        SH;

    public readonly int $pid;
    /** @var resource */
    private $supervisor;
    /** @var resource */
    private $supervisorInput;

    /**
     * @param list<string> $command
     * @param array<string, ?string> $environment
     */
    public function __construct(public readonly string $folder, array $command, array $environment = [])
    {
        $supervisor = ['setsid', 'bash', '-c', self::SUPERVISOR, 'supervisor', $folder, ...$command];
        $streams = [0 => ['pipe', 'r'], 1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'w']];
        $this->supervisor = proc_open($supervisor, $streams, $pipes, null, Php::environment($environment));
        $this->supervisorInput = $pipes[0];
        $this->pid = (int) fgets($pipes[1]);
    }

    /** Creates a folder that every user may read. */
    public static function folder(string $name): string
    {
        $folder = sys_get_temp_dir() . "/rediscluster-$name-" . bin2hex(random_bytes(6));
        mkdir($folder);
        chmod($folder, 0755);
        return $folder;
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function stop(): void
    {
        if (is_resource($this->supervisorInput)) {
            fclose($this->supervisorInput);
            proc_close($this->supervisor);
        }
    }

    /** Waits until the server is ready; throws if it ends or takes longer than 20 seconds. */
    public function await(callable $isReady): void
    {
        for ($deadline = microtime(true) + 20; microtime(true) < $deadline; usleep(10_000)) {
            if (!posix_kill($this->pid, 0)) {
                throw new \RuntimeException("The server did not start:\n" . $this->log());
            }
            if ($isReady()) {
                return;
            }
        }
        throw new \RuntimeException("The server did not become ready within 20 seconds:\n" . $this->log());
    }

    public function log(): string
    {
        return (string) @file_get_contents("$this->folder/log");
    }
}
