<?php
declare(strict_types=1);

// MGET of keys on 4 servers through PHP, beside RedisArray: with our rule as its distributor, a function in PHP, and with
// its own rule in C, for which the same keys lie on other servers.

require __DIR__ . '/harness.php';

$ours = ours();
$peer = redisArray();
$peerWithItsRule = new RedisArray(hosts(), []);

foreach ([[100, 100, 'ratio <= 0.50'], [10_000, 3, 'ratio <= 0.60']] as [$count, $calls, $asked]) {
    stored($peerWithItsRule, 'php-mget', $count);
    $keys = array_keys(stored($peer, 'php-mget', $count));
    $name = 'PHP: MGET ' . number_format($count) . ' keys, RedisArray';
    $mget = static fn (): array => $ours->command('MGET', ...$keys);
    compare($name, $asked, $calls, $mget, static fn (): array => $peer->mget($keys));
    compare("  with its own rule", '-', $calls, $mget, static fn (): array => $peerWithItsRule->mget($keys));
}
