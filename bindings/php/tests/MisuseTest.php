<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/**
 * With any arguments, the package returns or throws a TypeError, a ValueError or a RedisException; PHP never crashes. The calls run in separate
 * processes, so a crash is a test failure that shows how to reproduce it.
 */
final class MisuseTest extends ClusterTestCase
{
    private const CALLS = 100_000;
    private const PROCESSES = 4;

    public function testRandomCallsReturnOrThrowADocumentedException(): void
    {
        $seed = (int) (getenv('SEED') ?: 20_240_229);
        // Two processes at the same time.
        foreach (array_chunk(range($seed, $seed + self::PROCESSES - 1), 2) as $seeds) {
            $results = array_map($this->end(...), array_map($this->begin(...), $seeds));
            foreach ($results as [$status, $output, $reproduction]) {
                self::assertSame([0, "fine\n"], [$status, $output], $reproduction);
            }
        }
    }

    /** @dataProvider cases */
    public function testMisuseReturnsOrThrowsADocumentedException(string $case): void
    {
        [$status, $output] = Php::run(__DIR__ . '/programs/misuse.php', [$case], ['-d', 'memory_limit=2G']);
        self::assertSame([0, "fine\n"], [$status, $output], $case);
    }

    /** @return iterable<string, array{string}> */
    public static function cases(): iterable
    {
        foreach (array_keys(require __DIR__ . '/programs/misuse_cases.php') as $case) {
            yield $case => [$case];
        }
    }

    /** @return array{int, string, resource, resource} seed, progress file, process, pipe of its output */
    private function begin(int $seed): array
    {
        $progress = tempnam(sys_get_temp_dir(), 'rediscluster-random-calls-');
        $calls = intdiv(self::CALLS, self::PROCESSES);
        $command = [PHP_BINARY, __DIR__ . '/programs/random_calls.php', (string) $seed, (string) $calls, $progress];
        $process = proc_open($command, [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes);
        return [$seed, $progress, $process, $pipes[1]];
    }

    /**
     * @param array{int, string, resource, resource} $running
     * @return array{int, string, string} exit status, output, and how to reproduce it
     */
    private function end(array $running): array
    {
        [$seed, $progress, $process, $pipe] = $running;
        $output = stream_get_contents($pipe);
        $status = proc_close($process);
        $call = (int) file_get_contents($progress);
        unlink($progress);
        $reproduction = "SHOW=$call php tests/programs/random_calls.php $seed " . ($call + 1) . ' /dev/null';
        return [$status, $output, "seed $seed, call $call. To reproduce it, run with scripts/with-redis 3: $reproduction"];
    }
}
