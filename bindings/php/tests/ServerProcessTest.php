<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;

/** The lifetime of the servers that tests start. */
final class ServerProcessTest extends ClusterTestCase
{
    /**
     * @testWith ["SIGKILL"]
     *           ["SIGTERM"]
     */
    public function testServersAndFoldersAreRemovedWhenTheTestsAreKilled(string $signal): void
    {
        $command = [PHP_BINARY, __DIR__ . '/programs/start_servers.php', (string) self::freePort()];
        $process = proc_open($command, [1 => ['pipe', 'w']], $pipes);
        $servers = json_decode((string) fgets($pipes[1]), true);
        self::assertCount(6, $servers['processes'], 'redis-server, php-fpm and its four workers');
        self::assertCount(6, self::alive($servers['processes']));

        proc_terminate($process, constant($signal));
        for ($deadline = microtime(true) + 10; self::remains($servers) !== [] && microtime(true) < $deadline;) {
            usleep(10_000);
        }

        self::assertSame([], self::remains($servers));
    }

    /**
     * @param array{processes: list<int>, folders: list<string>} $servers
     * @return list<int|string>
     */
    private static function remains(array $servers): array
    {
        clearstatcache();
        return [...self::alive($servers['processes']), ...array_filter($servers['folders'], is_dir(...))];
    }

    /**
     * @param list<int> $processes
     * @return list<int>
     */
    private static function alive(array $processes): array
    {
        return array_values(array_filter($processes, static fn (int $process): bool => file_exists("/proc/$process")));
    }
}
