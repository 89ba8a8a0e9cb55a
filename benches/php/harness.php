<?php
declare(strict_types=1);

// Timed rounds of ours and the peer's in turn, as lines of samples that benches/table.awk reads.

require __DIR__ . '/../../bindings/php/autoload.php';

/**
 * Rounds of ours, peer, ours, peer … in microseconds a call, after one unmeasured call of each whose values must be equal.
 *
 * @param int $things that one call does, where microseconds a thing are wanted
 */
function compare(string $name, string $asked, int $calls, callable $ours, callable $peer, int $things = 1): void
{
    if ($ours() !== $peer()) {
        fwrite(STDERR, "bench: $name: ours and the peer read different values\n");
        exit(1);
    }
    $samples = [[], []];
    for ($round = getenv('BENCH_QUICK') ? 5 : 31; $round > 0; $round--) {
        $samples[0][] = sample($ours, $calls, $things);
        $samples[1][] = sample($peer, $calls, $things);
    }
    echo implode("\t", [$name, 'us', $asked, implode(' ', $samples[0]), implode(' ', $samples[1])]), "\n";
}

function sample(callable $side, int $calls, int $things): string
{
    $start = hrtime(true);
    for ($call = 0; $call < $calls; $call++) {
        $side();
    }
    return sprintf('%.3f', (hrtime(true) - $start) / 1000 / $calls / $things);
}

function ours(): RedisCluster\Client
{
    return new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG'));
}

/** The addresses of node_1, node_2 … */
function hosts(): array
{
    return array_map(static fn (string $port): string => "127.0.0.1:$port", explode(' ', getenv('REDISCLUSTER_PORTS')));
}

/** phpredis' RedisArray, told to put keys where we put them. */
function redisArray(): RedisArray
{
    $count = count(hosts());
    return new RedisArray(hosts(), ['distributor' => static fn (string $key): int => crc32($key) % $count]);
}

/** Keys with values of 32 bytes, stored through RedisArray: key => value. */
function stored(RedisArray $peer, string $prefix, int $count): array
{
    $pairs = [];
    for ($number = 0; $number < $count; $number++) {
        $pairs["$prefix:$number"] = sprintf('%-32s', "$prefix:$number");
    }
    $peer->mset($pairs);
    return $pairs;
}
