<?php
declare(strict_types=1);

// MGET and MSET of keys on 4 servers, beside RedisArray with our rule as its distributor, a function in PHP, and with its
// own rule in C, for which the same keys lie on other servers; and beside Predis, which has neither over several servers,
// so that its user takes a pipeline.

require __DIR__ . '/harness.php';

$ours = ours();
$array = redisArray();
$arrayWithItsRule = redisArray(false);
$predis = predis();

foreach ([[1, 200, '-'], [100, 100, 'ratio <= 0.45'], [1_000, 10, '-'], [10_000, 3, 'ratio <= 0.50']] as [$count, $calls, $asked]) {
    $pairs = pairs('php-many', $count);
    $keys = array_keys($pairs);
    foreach ([$arrayWithItsRule, $array] as $side) {
        $side->mset($pairs);
    }
    $mget = static fn (): array => $ours->mget($keys);
    compare('PHP: MGET ' . number_format($count) . ' keys, RedisArray', $asked, $calls, $mget, static fn (): array => $array->mget($keys));
    compare('  with its own rule', '-', $calls, $mget, static fn (): array => $arrayWithItsRule->mget($keys));
    $predis->pipeline(static fn (object $pipe) => array_map($pipe->set(...), $keys, $pairs));
    $pipe = static fn (): array => $predis->pipeline(static function (object $pipe) use ($keys): void {
        foreach ($keys as $key) {
            $pipe->get($key);
        }
    });
    compare('  Predis', 'ratio <= 0.20', max(1, $calls >> 4), $mget, $pipe);
}

foreach ([[100, 100, 'ratio <= 0.50'], [10_000, 3, '-']] as [$count, $calls, $asked]) {
    $pairs = pairs('php-many', $count);
    $mset = static fn (): bool => $ours->mset($pairs);
    compare('PHP: MSET ' . number_format($count) . ' keys, RedisArray', $asked, $calls, $mset, static fn (): bool => $array->mset($pairs));
    $pipe = static fn (): bool => (bool) $predis->pipeline(static function (object $pipe) use ($pairs): void {
        foreach ($pairs as $key => $value) {
            $pipe->set($key, $value);
        }
    });
    compare('  Predis', 'ratio <= 0.20', max(1, $calls >> 4), $mset, $pipe);
}
