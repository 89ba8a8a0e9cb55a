<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A server beside the tests, with a folder of its own. Both are gone when this object is, or the process that made it, however it ended. */
final class Daemon
{
    /**
     * Ends with its standard input, which is a pipe from the tests, and takes the server along. It closes what it inherits: PHP's
     * sockets would stay open as long as the server runs.
     */
    private const KEEPER = <<<'SH'
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
    private $keeper;
    /** @var resource */
    private $life;

    /**
     * @param list<string> $command
     * @param array<string, ?string> $environment
     */
    public function __construct(public readonly string $folder, array $command, array $environment = [])
    {
        $keeper = ['setsid', 'bash', '-c', self::KEEPER, 'keeper', $folder, ...$command];
        $streams = [0 => ['pipe', 'r'], 1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'w']];
        $this->keeper = proc_open($keeper, $streams, $pipes, null, Php::environment($environment));
        $this->life = $pipes[0];
        $this->pid = (int) fgets($pipes[1]);
    }

    /** A folder that every user may read. */
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
        if (is_resource($this->life)) {
            fclose($this->life);
            proc_close($this->keeper);
        }
    }

    /** Waits for the moment when the server answers. */
    public function await(callable $answers): void
    {
        for ($deadline = microtime(true) + 20; microtime(true) < $deadline; usleep(10_000)) {
            if (!posix_kill($this->pid, 0)) {
                throw new \RuntimeException("The server did not start:\n" . $this->log());
            }
            if ($answers()) {
                return;
            }
        }
        throw new \RuntimeException("The server does not answer:\n" . $this->log());
    }

    public function log(): string
    {
        return (string) @file_get_contents("$this->folder/log");
    }
}
