<?php

declare(strict_types=1);

// Reads a large hash and a list alternately; prints the average number of page faults of one round.

use RedisCluster\Client;
use RedisCluster\ReplyFormat;

require __DIR__ . '/../../autoload.php';

$client = new Client(getenv('REDISCLUSTER_CONFIG'));
for ($piece = 0; $piece < 100; $piece++) {
    $pairs = [];
    for ($number = 0; $number < 100; $number++) {
        $pairs["field:$piece:$number"] = str_repeat('x', 32);
    }
    $client->run(['HSET', 'hash', 'pairs' => $pairs]);
    $client->run(['RPUSH', 'list', array_fill(0, 10, str_repeat('x', 32))]);
}
$round = static function () use ($client): void {
    if (count($client->run(['HGETALL', 'hash'], ReplyFormat::PAIRS)) !== 10_000 || count($client->run(['LRANGE', 'list', 0, -1])) !== 1_000) {
        throw new Exception('wrong reply');
    }
};
for ($i = 0; $i < 10; $i++) {
    $round();
}
$pages = getrusage()['ru_minflt'];
for ($i = 0; $i < 50; $i++) {
    $round();
}
echo intdiv(getrusage()['ru_minflt'] - $pages, 50);
