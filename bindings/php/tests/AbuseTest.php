<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/**
 * Whatever is given to the package, PHP goes on: a TypeError, a ValueError or a RedisException, and no crash. In processes of
 * their own, so that a crash is a failure that says how to see it again.
 */
final class AbuseTest extends ClusterTestCase
{
    private const CALLS = 100_000;
    private const PROCESSES = 4;

    public function testRandomCallsEndInAnAnswerOrAPromisedException(): void
    {
        $seed = (int) (getenv('SEED') ?: 20_240_229);
        // Two at a time.
        foreach (array_chunk(range($seed, $seed + self::PROCESSES - 1), 2) as $seeds) {
            $ended = array_map($this->end(...), array_map($this->begin(...), $seeds));
            foreach ($ended as [$status, $output, $again]) {
                self::assertSame([0, "fine\n"], [$status, $output], $again);
            }
        }
    }

    /** @dataProvider abuses */
    public function testEndsInAnAnswerOrAPromisedException(string $abuse): void
    {
        [$status, $output] = Php::run(__DIR__ . '/programs/abuses.php', [$abuse], ['-d', 'memory_limit=2G']);
        self::assertSame([0, "fine\n"], [$status, $output], $abuse);
    }

    /** @return iterable<string, array{string}> */
    public static function abuses(): iterable
    {
        foreach (array_keys(require __DIR__ . '/programs/abuses_list.php') as $abuse) {
            yield $abuse => [$abuse];
        }
    }

    /** @return array{int, string, resource, resource} seed, file of its progress, process, its output */
    private function begin(int $seed): array
    {
        $progress = tempnam(sys_get_temp_dir(), 'rediscluster-abuse-');
        $calls = intdiv(self::CALLS, self::PROCESSES);
        $command = [PHP_BINARY, __DIR__ . '/programs/abuse.php', (string) $seed, (string) $calls, $progress];
        $process = proc_open($command, [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes);
        return [$seed, $progress, $process, $pipes[1]];
    }

    /**
     * @param array{int, string, resource, resource} $running
     * @return array{int, string, string} status, output, and how to see it again
     */
    private function end(array $running): array
    {
        [$seed, $progress, $process, $pipe] = $running;
        $output = stream_get_contents($pipe);
        $status = proc_close($process);
        $call = (int) file_get_contents($progress);
        unlink($progress);
        $again = "SHOW=$call php tests/programs/abuse.php $seed " . ($call + 1) . ' /dev/null';
        return [$status, $output, "Seed $seed, at the call $call. Once more, beside scripts/with-redis: $again"];
    }
}
