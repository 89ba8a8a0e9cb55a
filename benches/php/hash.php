<?php
declare(strict_types=1);

// hGetAll of 10,000 fields: one large reply of one server becomes an array of field => value.

require __DIR__ . '/harness.php';

$ours = ours();
$key = 'php-hash';
$node = crc32($key) % 4;
$redis = phpredis()[$node];
// All clients use the same server, because every server returns the fields in its own order.
$predis = predis($node);
$fields = pairs('field', 10_000);
$redis->hMSet($key, $fields);

$hGetAll = static fn (): array => $ours->hGetAll($key);
compare('PHP: hGetAll 10,000 fields, phpredis', 'ratio <= 1.00', 5, $hGetAll, static fn (): array => $redis->hGetAll($key));
compare('  Predis', 'ratio <= 0.20', 1, $hGetAll, static fn (): array => $predis->hgetall($key));
