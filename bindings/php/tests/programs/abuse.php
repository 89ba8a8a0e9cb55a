<?php

declare(strict_types=1);

// abuse.php SEED CALLS PROGRESS: random calls of Client, Session and RedisCluster with arguments of every kind. The file PROGRESS
// holds the number of the call under way. What is thrown must be what the package promises; anything else is printed.
// With SHOW=n in the environment the call n is printed before it is made.

use RedisCluster\Client;
use RedisCluster\Tests\Support\RandomCalls;

require __DIR__ . '/../bootstrap.php';

[, $seed, $calls, $progress] = $argv;
$random = new RandomCalls((int) $seed, json_decode((string) getenv('REDISCLUSTER_CONFIG'), true));
$file = fopen($progress, 'w');
$show = (int) (getenv('SHOW') ?: -1);
$faults = [];
for ($number = 0; $number < (int) $calls && count($faults) < 10; $number++) {
    fseek($file, 0);
    fwrite($file, (string) $number);
    $fault = $random->next($number === $show);
    if ($fault !== null) {
        $faults[] = "call $number: $fault";
    }
}
$client = new Client((string) getenv('REDISCLUSTER_CONFIG'), false);
// In one step, as another process may flush the servers at any time.
$answers = $client->session()->execute([['MULTI'], ['SET', 'after', 'all'], ['GET', 'after'], ['EXEC']]);
if ($answers[3] !== ['OK', 'all']) {
    $faults[] = 'afterwards: ' . json_encode($answers);
}
echo $faults === [] ? 'fine' : implode("\n", $faults), "\n";
