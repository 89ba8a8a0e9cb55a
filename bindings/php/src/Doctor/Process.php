<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * Runs other programs.
 *
 * @internal
 */
final class Process
{
    /**
     * @param list<string> $command
     * @return array{int, string} exit status, and output with errors
     */
    public static function run(array $command): array
    {
        $process = @\proc_open($command, [0 => ['file', '/dev/null', 'r'], 1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        if ($process === false) {
            return [127, 'cannot be run'];
        }
        $output = (string) \stream_get_contents($pipes[1]);
        return [\proc_close($process), $output];
    }

    /** The path of a program given by name or path. Folders for administrators are searched even if PATH lacks them. */
    public static function find(string $name): ?string
    {
        if (\str_contains($name, '/')) {
            return \is_executable($name) ? $name : null;
        }
        $folders = [...\explode(':', (string) \getenv('PATH')), '/usr/sbin', '/usr/local/sbin'];
        foreach ($folders as $folder) {
            if ($folder !== '' && \is_file("$folder/$name") && \is_executable("$folder/$name")) {
                return "$folder/$name";
            }
        }
        return null;
    }
}
