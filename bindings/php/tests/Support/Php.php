<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** Runs PHP and other commands in a separate process with its own settings and environment. */
final class Php
{
    /**
     * @param list<string> $arguments
     * @param list<string> $options of the php command
     * @param array<string, ?string> $environment null removes a variable
     * @return array{int, string} exit status, and standard output together with standard error
     */
    public static function run(string $file, array $arguments = [], array $options = [], array $environment = []): array
    {
        return self::command([PHP_BINARY, ...$options, $file, ...$arguments], null, $environment);
    }

    /**
     * @param list<string> $command
     * @param array<string, ?string> $environment
     * @return array{int, string}
     */
    public static function command(array $command, ?string $folder = null, array $environment = []): array
    {
        $outputs = [1 => ['pipe', 'w'], 2 => ['redirect', 1]];
        $process = proc_open($command, $outputs, $pipes, $folder, self::environment($environment));
        $output = stream_get_contents($pipes[1]);
        return [proc_close($process), $output];
    }

    /**
     * @param array<string, ?string> $changes
     * @return array<string, string>
     */
    public static function environment(array $changes): array
    {
        return array_filter($changes + getenv(), is_string(...));
    }
}
