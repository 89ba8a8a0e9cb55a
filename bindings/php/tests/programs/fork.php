<?php

declare(strict_types=1);

// Parent and children use the same client at the same time. Exits with 0 if every process reads back its own writes and the parent still
// has the same connections.

use RedisCluster\Client;
use RedisCluster\RedisCluster;

require __DIR__ . '/../../autoload.php';

const CHILDREN = 3;
const ROUNDS = 2_000;

function isRight(Client|RedisCluster $cluster, string $key, string $value): bool
{
    if ($cluster instanceof Client) {
        return $cluster->execute([['SET', $key, $value], ['GET', $key]]) === ['OK', $value] && $cluster->command('GET', $key) === $value;
    }
    return $cluster->pipeline()->set($key, $value)->get($key)->exec() === [true, $value]
        && $cluster->multi()->append($key, '!')->get($key)->exec() === [strlen($value) + 1, "$value!"];
}

function mistakes(Client|RedisCluster $cluster, string $process): int
{
    $mistakes = 0;
    for ($i = 0; $i < ROUNDS; $i++) {
        $mistakes += isRight($cluster, "$process $i", "$process: $i") ? 0 : 1;
    }
    return $mistakes;
}

$client = new Client(getenv('REDISCLUSTER_CONFIG'), shared: $argv[1] !== 'own');
$connections = $client->each('CLIENT', 'ID');
$cluster = $argv[1] === 'drop-in' ? new RedisCluster(json_decode(getenv('REDISCLUSTER_CONFIG'), true)) : $client;
if ($cluster instanceof RedisCluster) {
    isRight($cluster, 'before', 'the fork');
}
$children = [];
for ($i = 0; $i < CHILDREN; $i++) {
    $child = pcntl_fork();
    if ($child === 0) {
        exit(mistakes($cluster, "child $i") === 0 ? 0 : 1);
    }
    $children[] = $child;
}
$mistakes = mistakes($cluster, 'parent');
foreach ($children as $child) {
    pcntl_waitpid($child, $status);
    $mistakes += $status;
}
echo $mistakes, " mistakes\n";
exit($mistakes === 0 && $client->each('CLIENT', 'ID') === $connections ? 0 : 1);
