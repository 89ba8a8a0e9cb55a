<?php

declare(strict_types=1);

// Simulates a long-running program: repeats a round of commands. The servers close its connections now and then, as they do with idle
// connections. Prints the growth of its memory and open files after the first fifth of the rounds.

use RedisCluster\Client;
use RedisCluster\ServerException;

require __DIR__ . '/../../autoload.php';

const ROUNDS = 2_000;

/** @return array{php: int, resident: int, files: int} */
function size(): array
{
    gc_collect_cycles();
    $pages = (int) explode(' ', file_get_contents('/proc/self/statm'))[1];
    return ['php' => memory_get_usage(), 'resident' => $pages * 4096, 'files' => count(scandir('/proc/self/fd'))];
}

/** @return int the number of commands */
function runRound(Client $client, int $round): int
{
    $keys = array_map(static fn (int $i): string => "job:$i", range(0, 9));
    $pairs = array_combine($keys, array_map(static fn (string $key): string => "$key:$round", $keys));
    $client->run(['MSET', 'pairs' => $pairs]);
    $client->command('MGET', ...$keys) === array_values($pairs) ?: exit('a wrong value');
    foreach ($pairs as $key => $value) {
        $client->command('GET', $key) === $value ?: exit('a wrong value');
    }
    $client->command('HSET', 'job', 'round', $round);
    $client->command('HGETALL', 'job') === ['round', (string) $round] ?: exit('a wrong value');
    $replies = $client->execute([['RPUSH', 'queue', $round], ['LPOP', 'queue'], ['LPOP', 'job:0'], ['DEL', ...$keys]]);
    $replies[1] === (string) $round && $replies[2] instanceof ServerException && $replies[3] === 10 ?: exit('a wrong value');
    return 18;
}

$commands = 0;
for ($round = 1; $round <= ROUNDS; $round++) {
    $client = new Client(getenv('REDISCLUSTER_CONFIG'));
    $commands += runRound($client, $round);
    if ($round % 100 === 0) {
        (new Client(getenv('REDISCLUSTER_CONFIG'), shared: false))->each('CLIENT', 'KILL', 'TYPE', 'normal');
        usleep(50_000); // Only idle connections are checked before they are used.
    }
    if ($round === ROUNDS / 5) {
        $before = size();
    }
}
$after = size();
$growth = array_map(static fn (int $now, int $then): int => $now - $then, $after, $before);
echo json_encode(['commands' => $commands] + array_combine(array_keys($after), $growth));
