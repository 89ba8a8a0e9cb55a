<?php

declare(strict_types=1);

// A page of `php -S` that exceeds memory_limit while it reads a reply. With the query `memory` it prints the memory of the process in kB.

use RedisCluster\Client;

require __DIR__ . '/../../autoload.php';

if (($_SERVER['QUERY_STRING'] ?? '') === 'memory') {
    preg_match('/^VmRSS:\s+(\d+) kB/m', file_get_contents('/proc/self/status'), $match);
    echo $match[1];
} else {
    (new Client(getenv('REDISCLUSTER_CONFIG')))->command('GET', 'large');
    echo 'read';
}
