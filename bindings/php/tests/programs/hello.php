<?php

declare(strict_types=1);

// Prints the replies to SET and GET and the connection ids, or the exception. Runs as a program and as a page of `php -S`.

use RedisCluster\Client;

require __DIR__ . '/../../autoload.php';

try {
    $client = new Client(getenv('REDISCLUSTER_CONFIG'));
    $client->command('SET', 'foo', 'hello');
    echo json_encode([$client->command('GET', 'foo'), $client->each('CLIENT', 'ID')]);
} catch (Throwable $thrown) {
    echo get_class($thrown), ': ', $thrown->getMessage();
}
