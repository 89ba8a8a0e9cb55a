<?php

declare(strict_types=1);

// random_calls.php SEED CALLS PROGRESS: random calls of Client, Session and RedisCluster with arguments of every type. The file PROGRESS
// contains the number of the current call. Calls may throw only documented exceptions; other exceptions and warnings are printed.
// With SHOW=n in the environment, call n is printed before it is made.

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
// In a transaction, because another process may flush the servers at any time.
$replies = $client->session()->execute([['MULTI'], ['SET', 'after', 'all'], ['GET', 'after'], ['EXEC']]);
if ($replies[3] !== ['OK', 'all']) {
    $faults[] = 'after the calls: ' . json_encode($replies);
}
echo $faults === [] ? 'fine' : implode("\n", $faults), "\n";
