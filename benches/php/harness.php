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

/** The drop-in. */
function ours(): RedisCluster\RedisCluster
{
    return new RedisCluster\RedisCluster(json_decode(getenv('REDISCLUSTER_CONFIG'), true));
}

/** @return list<int> of node_1, node_2 … */
function ports(): array
{
    return array_map('intval', explode(' ', getenv('REDISCLUSTER_PORTS')));
}

/** @return list<Redis> phpredis, a connection for each node */
function phpredis(): array
{
    return array_map(static function (int $port): Redis {
        $redis = new Redis();
        $redis->connect('127.0.0.1', $port);
        return $redis;
    }, ports());
}

/** phpredis' RedisArray; with our rule as its distributor, a function in PHP, or with its own in C. */
function redisArray(bool $ourRule = true): RedisArray
{
    $hosts = array_map(static fn (int $port): string => "127.0.0.1:$port", ports());
    $count = count($hosts);
    return new RedisArray($hosts, $ourRule ? ['distributor' => static fn (string $key): int => crc32($key) % $count] : []);
}

/** Predis with its own sharding, which puts keys on other nodes than we do; or to one node. */
function predis(?int $node = null): Predis\Client
{
    require_once 'Predis/Autoloader.php';
    Predis\Autoloader::register();
    $urls = array_map(static fn (int $port): string => "tcp://127.0.0.1:$port", ports());
    return $node === null ? new Predis\Client($urls, ['cluster' => 'predis']) : new Predis\Client($urls[$node]);
}

/** @return array<string, string> key => value of 32 bytes, so many of them */
function pairs(string $prefix, int $count): array
{
    $pairs = [];
    for ($number = 0; $number < $count; $number++) {
        $pairs["$prefix:$number"] = sprintf('%-32s', "$prefix:$number");
    }
    return $pairs;
}
