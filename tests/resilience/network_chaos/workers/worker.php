<?php

declare(strict_types=1);

// worker.php FIFOS 1: the worker of one thread. worker.c describes what it reads and writes.

use RedisCluster\Client;
use RedisCluster\Exception;
use RedisCluster\ServerException;

require __DIR__ . '/../../../../bindings/php/autoload.php';

function text(mixed $value): string
{
    return match (true) {
        $value === null => '(nil)',
        is_array($value) => implode(' ', array_map(text(...), $value)),
        default => (string) $value,
    };
}

$client = new Client(getenv('REDISCLUSTER_CONFIG'));
$in = fopen("$argv[1].0.in", 'r');
$out = fopen("$argv[1].0.out", 'w');
while (($line = fgets($in)) !== false) {
    $words = explode(' ', trim($line));
    $deadline = (int) array_shift($words);
    $limited = $deadline > 0 ? $client->withDeadline($deadline / 1000) : $client;
    $start = hrtime(true);
    try {
        [$kind, $executed, $text] = ['v', 1, text($limited->command(...$words))];
    } catch (ServerException $error) {
        [$kind, $executed, $text] = ['e', 1, $error->getMessage()];
    } catch (Exception $error) {
        [$kind, $executed, $text] = ['f', (int) $error->executed, $error->getMessage()];
    }
    $took = intdiv(hrtime(true) - $start, 1000);
    fwrite($out, "$kind $executed $took $text\n");
}
