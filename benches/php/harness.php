<?php
declare(strict_types=1);

// Measures our code and a peer alternately and prints lines of samples for benches/table.awk.

require __DIR__ . '/../../bindings/php/autoload.php';

/**
 * Measures rounds of ours, peer, ours, peer … in microseconds per call, after one unmeasured call of each. The results of both must be equal.
 *
 * @param string $target the required ratio or `-`, for the table
 * @param int $calls number of calls in a round
 * @param int $operations number of operations in a call; the result is in microseconds per operation
 */
function compare(string $name, string $target, int $calls, callable $ours, callable $peer, int $operations = 1): void
{
    if ($ours() !== $peer()) {
        fwrite(STDERR, "bench: $name: ours and the peer returned different values\n");
        exit(1);
    }
    $samples = [[], []];
    for ($round = getenv('BENCH_QUICK') ? 5 : 31; $round > 0; $round--) {
        $samples[0][] = sample($ours, $calls, $operations);
        $samples[1][] = sample($peer, $calls, $operations);
    }
    echo implode("\t", [$name, 'us', $target, implode(' ', $samples[0]), implode(' ', $samples[1])]), "\n";
}

function sample(callable $side, int $calls, int $operations): string
{
    $start = hrtime(true);
    for ($call = 0; $call < $calls; $call++) {
        $side();
    }
    return sprintf('%.3f', (hrtime(true) - $start) / 1000 / $calls / $operations);
}

/** The drop-in class. */
function ours(): RedisCluster\RedisCluster
{
    return new RedisCluster\RedisCluster(json_decode(getenv('REDISCLUSTER_CONFIG'), true));
}

/** @return list<int> the ports of node_1, node_2 … */
function ports(): array
{
    return array_map('intval', explode(' ', getenv('REDISCLUSTER_PORTS')));
}

/** @return list<Redis> a phpredis connection to each node */
function phpredis(): array
{
    return array_map(static function (int $port): Redis {
        $redis = new Redis();
        $redis->connect('127.0.0.1', $port);
        return $redis;
    }, ports());
}

/** RedisArray of phpredis, with our partitioning as a distributor function in PHP, or with its own partitioning in C. */
function redisArray(bool $ourPartitioning = true): RedisArray
{
    $hosts = array_map(static fn (int $port): string => "127.0.0.1:$port", ports());
    $count = count($hosts);
    return new RedisArray($hosts, $ourPartitioning ? ['distributor' => static fn (string $key): int => crc32($key) % $count] : []);
}

/** Predis with its own sharding, which distributes keys differently, or connected to one node. */
function predis(?int $node = null): Predis\Client
{
    require_once 'Predis/Autoloader.php';
    Predis\Autoloader::register();
    $urls = array_map(static fn (int $port): string => "tcp://127.0.0.1:$port", ports());
    return $node === null ? new Predis\Client($urls, ['cluster' => 'predis']) : new Predis\Client($urls[$node]);
}

/** @return array<string, string> $count pairs of a key and a value of 32 bytes */
function pairs(string $prefix, int $count): array
{
    $pairs = [];
    for ($number = 0; $number < $count; $number++) {
        $pairs["$prefix:$number"] = sprintf('%-32s', "$prefix:$number");
    }
    return $pairs;
}
