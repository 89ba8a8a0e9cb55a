<?php
declare(strict_types=1);

// A pipeline of 1,000 commands on 4 servers. With phpredis, application code runs one pipeline per node, one after the other, and restores the
// order of the replies.

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
    $positions = [];
    foreach ($keys as $position => $key) {
        $positions[crc32($key) % 4][] = $position;
    }
    $values = array_fill(0, count($keys), null);
    foreach ($positions as $node => $positionsOfNode) {
        $pipe = $nodes[$node]->pipeline();
        foreach ($positionsOfNode as $position) {
            $pipe->get($keys[$position]);
        }
        foreach ($pipe->exec() as $index => $value) {
            $values[$positionsOfNode[$index]] = $value;
        }
    }
    return $values;
};
$predisPipeline = static fn (): array => $predis->pipeline(static function (object $pipe) use ($keys): void {
    foreach ($keys as $key) {
        $pipe->get($key);
    }
});

compare('PHP: pipeline of 1,000, node by node', 'ratio <= 0.60', 10, $pipeline, $nodeByNode);
compare('  Predis', 'ratio <= 0.20', 2, $pipeline, $predisPipeline);

/** The memory in bytes of a command that waits in a pipeline, without the pipeline itself. */
$memory = static function (object $client, string $method, string ...$arguments): string {
    $samples = [];
    for ($round = 0; $round < 5; $round++) {
        $client->pipeline();
        $before = memory_get_usage();
        for ($command = 0; $command < 1_000; $command++) {
            $client->$method(...$arguments);
        }
        $samples[] = (memory_get_usage() - $before) / 1_000;
        $client->discard();
    }
    return implode(' ', array_slice($samples, 1));
};
foreach ([['get', 'user:1'], ['set', 'user:1', 'value'], ['hSet', 'user:1', 'name', 'value']] as $call) {
    $name = 'PHP: memory of a queued ' . $call[0] . '()';
    echo implode("\t", [$name, 'bytes', 'ours <= 60', $memory($ours, ...$call), $memory($nodes[0], ...$call)]), "\n";
}
