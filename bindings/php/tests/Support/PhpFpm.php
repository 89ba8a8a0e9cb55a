<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A PHP-FPM process with its own php.ini and pool that serves one page. */
final class PhpFpm
{
    private const WORKERS = 4;

    public readonly FastCgiClient $client;
    public readonly ServerProcess $process;
    private readonly int $workerCount;

    /**
     * @param string $page path of a PHP script; a copy of it is served
     * @param array<string, string> $ini
     * @param array<string, string> $pool
     * @param array<string, ?string> $environment of PHP-FPM itself; the environment of pages is set by the pool
     */
    public function __construct(string $page, array $ini, array $pool = [], array $environment = [])
    {
        $folder = ServerProcess::folder('fpm');
        copy($page, "$folder/page.php");
        chmod("$folder/page.php", 0644);
        file_put_contents("$folder/php.ini", self::lines($ini));
        file_put_contents("$folder/fpm.conf", self::configuration($folder, $pool));
        $command = [self::program(), '--nodaemonize', '--php-ini', "$folder/php.ini", '--fpm-config', "$folder/fpm.conf"];
        $this->process = new ServerProcess($folder, $command, $environment);
        $this->workerCount = (int) ($pool['pm.max_children'] ?? self::WORKERS);
        $this->process->await(fn (): bool => file_exists("$folder/socket") && count($this->workers()) === $this->workerCount);
        $this->client = new FastCgiClient("$folder/socket", "$folder/page.php");
    }

    /** Reloads PHP-FPM, as after a deployment: it reads its settings, preloads, and starts new workers. */
    public function reload(): void
    {
        $old = $this->workers();
        posix_kill($this->process->pid, SIGUSR2);
        $this->process->await(fn (): bool => array_intersect($old, $this->workers()) === [] && count($this->workers()) === $this->workerCount);
    }

    /** @return list<int> process ids of the workers */
    public function workers(): array
    {
        $children = (string) @file_get_contents("/proc/{$this->process->pid}/task/{$this->process->pid}/children");
        return array_map(intval(...), preg_split('/ /', $children, -1, PREG_SPLIT_NO_EMPTY));
    }

    public static function program(): string
    {
        $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
        foreach (["php-fpm$version", 'php-fpm'] as $name) {
            foreach ([...explode(':', (string) getenv('PATH')), '/usr/sbin', '/usr/local/sbin'] as $folder) {
                if (is_executable("$folder/$name")) {
                    return "$folder/$name";
                }
            }
        }
        throw new \RuntimeException('php-fpm is not installed: run scripts/setup test');
    }

    /** @param array<string, string> $pool */
    private static function configuration(string $folder, array $pool): string
    {
        $pool += ['pm' => 'static', 'pm.max_children' => (string) self::WORKERS, 'pm.max_requests' => '500'];
        // Pages read /proc/self, which a process that changed its user may not read unless it is dumpable.
        $pool += ['process.dumpable' => 'yes', 'catch_workers_output' => 'yes'];
        $pool += posix_geteuid() === 0 ? ['user' => 'nobody', 'listen.owner' => 'root'] : [];
        return self::lines(['[global]' => null, 'error_log' => '/proc/self/fd/2', 'log_level' => 'warning'])
            . self::lines(['[pages]' => null, 'listen' => "$folder/socket"] + $pool);
    }

    /** @param array<string, ?string> $settings */
    private static function lines(array $settings): string
    {
        $lines = '';
        foreach ($settings as $name => $value) {
            $lines .= $value === null ? "$name\n" : "$name = $value\n";
        }
        return $lines;
    }
}
