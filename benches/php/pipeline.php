<?php
declare(strict_types=1);

// A pipeline of 1,000 commands over 4 servers. The user of phpredis has one pipeline a node, runs them one after the other
// and puts the replies back in order.

require __DIR__ . '/harness.php';

$ours = ours();
$nodes = phpredis();
$predis = predis();
$pairs = pairs('php-pipeline', 1_000);
$keys = array_keys($pairs);
redisArray()->mset($pairs);
$predis->pipeline(static fn (object $pipe) => array_map($pipe->set(...), $keys, $pairs));

$pipeline = static function () use ($ours, $keys): array {
    $pipe = $ours->pipeline();
    foreach ($keys as $key) {
        $pipe->get($key);
    }
    return $pipe->exec();
};
$nodeByNode = static function () use ($nodes, $keys): array {
    $places = [];
    foreach ($keys as $place => $key) {
        $places[crc32($key) % 4][] = $place;
    }
    $values = array_fill(0, count($keys), null);
    foreach ($places as $node => $own) {
        $pipe = $nodes[$node]->pipeline();
        foreach ($own as $place) {
            $pipe->get($keys[$place]);
        }
        foreach ($pipe->exec() as $nth => $value) {
            $values[$own[$nth]] = $value;
        }
    }
    return $values;
};
$ofPredis = static fn (): array => $predis->pipeline(static function (object $pipe) use ($keys): void {
    foreach ($keys as $key) {
        $pipe->get($key);
    }
});

compare('PHP: pipeline of 1,000, node by node', 'ratio <= 0.67', 10, $pipeline, $nodeByNode);
compare('  Predis', 'ratio <= 0.20', 2, $pipeline, $ofPredis);
