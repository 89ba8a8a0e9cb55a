<?php
declare(strict_types=1);

// GET of one key after the other through PHP: what a crossing of FFI costs beside an extension written in C.

require __DIR__ . '/harness.php';

$ours = ours();
$peer = redisArray();
$keys = array_keys(stored($peer, 'php-get', 100));

$all = static function (callable $get) use ($keys): array {
    return array_map($get, $keys);
};
compare(
    'PHP: 100 x GET, RedisArray',
    '-',
    5,
    static fn (): array => $all(static fn (string $key): string => $ours->command('GET', $key)),
    static fn (): array => $all(static fn (string $key): string => $peer->get($key)),
);
