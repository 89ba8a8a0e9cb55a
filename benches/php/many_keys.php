<?php
declare(strict_types=1);

// MGET and MSET of keys on 4 servers. Peers: RedisArray with our partitioning as a distributor function in PHP; RedisArray with its own
// partitioning in C, which places the keys on other servers; and Predis with a pipeline, because it supports neither command for several
// servers.

require __DIR__ . '/harness.php';

$ours = ours();
$array = redisArray();
$arrayWithOwnPartitioning = redisArray(false);
$predis = predis();

foreach ([[1, 200, '-'], [100, 100, 'ratio <= 0.40'], [1_000, 10, '-'], [10_000, 3, 'ratio <= 0.40']] as [$count, $calls, $target]) {
    $pairs = pairs('php-many', $count);
    $keys = array_keys($pairs);
    foreach ([$arrayWithOwnPartitioning, $array] as $side) {
        $side->mset($pairs);
    }
    $mget = static fn (): array => $ours->mget($keys);
    compare('PHP: MGET ' . number_format($count) . ' keys, RedisArray', $target, $calls, $mget, static fn (): array => $array->mget($keys));
    compare('  with its own rule', '-', $calls, $mget, static fn (): array => $arrayWithOwnPartitioning->mget($keys));
    $predis->pipeline(static fn (object $pipe) => array_map($pipe->set(...), $keys, $pairs));
    $pipe = static fn (): array => $predis->pipeline(static function (object $pipe) use ($keys): void {
        foreach ($keys as $key) {
            $pipe->get($key);
        }
    });
    compare('  Predis', 'ratio <= 0.20', max(1, $calls >> 4), $mget, $pipe);
}

foreach ([[100, 100, 'ratio <= 0.40'], [10_000, 3, '-']] as [$count, $calls, $target]) {
    $pairs = pairs('php-many', $count);
    $mset = static fn (): bool => $ours->mset($pairs);
    compare('PHP: MSET ' . number_format($count) . ' keys, RedisArray', $target, $calls, $mset, static fn (): bool => $array->mset($pairs));
    $pipe = static fn (): bool => (bool) $predis->pipeline(static function (object $pipe) use ($pairs): void {
        foreach ($pairs as $key => $value) {
            $pipe->set($key, $value);
        }
    });
    compare('  Predis', 'ratio <= 0.20', max(1, $calls >> 4), $mset, $pipe);
}
