<?php
declare(strict_types=1);

// hGetAll of 10,000 fields: one large reply of one server, which becomes field => value.

require __DIR__ . '/harness.php';

$ours = ours();
$key = 'php-hash';
$node = crc32($key) % 4;
$redis = phpredis()[$node];
// The same server for all: each server has an order of its own.
$predis = predis($node);
$fields = pairs('field', 10_000);
$redis->hMSet($key, $fields);

$all = static fn (): array => $ours->hGetAll($key);
compare('PHP: hGetAll 10,000 fields, phpredis', 'ratio <= 1.00', 5, $all, static fn (): array => $redis->hGetAll($key));
compare('  Predis', 'ratio <= 0.20', 1, $all, static fn (): array => $predis->hgetall($key));
