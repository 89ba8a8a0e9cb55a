<?php
declare(strict_types=1);

// Commands with one key, one after the other: the cost of FFI calls compared with an extension written in C. With phpredis, application code
// selects the node by crc32() in PHP.

require __DIR__ . '/harness.php';

$ours = ours();
$nodes = phpredis();
$array = redisArray();
$predis = predis();
$pairs = pairs('php-single', 100);
$keys = array_keys($pairs);

$set = static function (object $client) use ($pairs): array {
    $replies = [];
    foreach ($pairs as $key => $value) {
        $replies[] = (string) $client->set($key, $value) !== '';
    }
    return $replies;
};
$setWithPhpredis = static function () use ($pairs, $nodes): array {
    $replies = [];
    foreach ($pairs as $key => $value) {
        $replies[] = $nodes[crc32($key) % 4]->set($key, $value);
    }
    return $replies;
};
$get = static function (object $client) use ($keys): array {
    $values = [];
    foreach ($keys as $key) {
        $values[] = $client->get($key);
    }
    return $values;
};
$getWithPhpredis = static function () use ($keys, $nodes): array {
    $values = [];
    foreach ($keys as $key) {
        $values[] = $nodes[crc32($key) % 4]->get($key);
    }
    return $values;
};

compare('PHP: 100 x SET, phpredis + crc32', 'ratio <= 1.00 ~', 5, static fn (): array => $set($ours), $setWithPhpredis);
compare('  Predis', 'ratio <= 0.20', 2, static fn (): array => $set($ours), static fn (): array => $set($predis));
compare('PHP: 100 x GET, phpredis + crc32', 'ratio <= 1.00 ~', 5, static fn (): array => $get($ours), $getWithPhpredis);
compare('  RedisArray', '-', 5, static fn (): array => $get($ours), static fn (): array => $get($array));
compare('  Predis', 'ratio <= 0.20', 2, static fn (): array => $get($ours), static fn (): array => $get($predis));
