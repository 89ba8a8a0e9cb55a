<?php

declare(strict_types=1);

// misuse.php NAME: runs one case of misuse_cases.php and then two usual commands, which must still work.

use RedisCluster\Client;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\WarningCollector;

require __DIR__ . '/../bootstrap.php';

$config = json_decode((string) getenv('REDISCLUSTER_CONFIG'), true);
$warnings = new WarningCollector();
$client = new Client($config, false);
try {
    (require __DIR__ . '/misuse_cases.php')[$argv[1]]($client, new RedisCluster($config));
} catch (TypeError | ValueError | RedisException) {
    // A documented exception.
}
$works = $client->command('SET', 'after', 'all') === 'OK' && $client->command('GET', 'after') === 'all';
echo $warnings->take() ?? ($works ? 'fine' : 'broken'), "\n";
