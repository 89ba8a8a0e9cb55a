<?php

declare(strict_types=1);

// Parent and children use the same client at the same time. Exits with 0 if everybody reads back what they wrote, and
// the parent's connections are its own afterwards.

use RedisCluster\Client;

require __DIR__ . '/../../autoload.php';

const CHILDREN = 3;
const ROUNDS = 2_000;

function mistakes(Client $client, string $who): int
{
    $mistakes = 0;
    for ($i = 0; $i < ROUNDS; $i++) {
        $replies = $client->execute([['SET', "$who $i", "$who: $i"], ['GET', "$who $i"]]);
        $mistakes += $replies === ['OK', "$who: $i"] ? 0 : 1;
        $mistakes += $client->command('GET', "$who $i") === "$who: $i" ? 0 : 1;
    }
    return $mistakes;
}

$client = new Client(getenv('REDISCLUSTER_CONFIG'), shared: $argv[1] === 'shared');
$connections = $client->each('CLIENT', 'ID');
$children = [];
for ($i = 0; $i < CHILDREN; $i++) {
    $child = pcntl_fork();
    if ($child === 0) {
        exit(mistakes($client, "child $i") === 0 ? 0 : 1);
    }
    $children[] = $child;
}
$mistakes = mistakes($client, 'parent');
foreach ($children as $child) {
    pcntl_waitpid($child, $status);
    $mistakes += $status;
}
echo $mistakes, " mistakes\n";
exit($mistakes === 0 && $client->each('CLIENT', 'ID') === $connections ? 0 : 1);
