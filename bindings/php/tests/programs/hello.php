<?php

declare(strict_types=1);

// Says what a client answers, or with which exception it cannot be made. Runs alone, and as a page of `php -S`.

use RedisCluster\Client;

require __DIR__ . '/../../autoload.php';

try {
    $client = new Client(getenv('REDISCLUSTER_CONFIG'));
    $client->command('SET', 'foo', 'hello');
    echo json_encode([$client->command('GET', 'foo'), $client->each('CLIENT', 'ID')]);
} catch (Throwable $thrown) {
    echo get_class($thrown), ': ', $thrown->getMessage();
}
