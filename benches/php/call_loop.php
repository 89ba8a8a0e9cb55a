<?php
declare(strict_types=1);

// Runs GETs or SETs, for benches/php/instructions.sh: call_loop.php ours|phpredis get|set COUNT

require __DIR__ . '/harness.php';

[, $side, $method, $count] = $argv;
$pairs = pairs('php-instructions', 100);
$keys = array_keys($pairs);
$values = array_values($pairs);
$ours = $side === 'ours' ? ours() : null;
$nodes = $side === 'ours' ? [] : phpredis();
for ($call = 0; $call < (int) $count; $call++) {
    $key = $keys[$call % 100];
    $client = $ours ?? $nodes[crc32($key) % 4];
    $method === 'get' ? $client->get($key) : $client->set($key, $values[$call % 100]);
}
