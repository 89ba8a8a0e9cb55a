<?php

declare(strict_types=1);

// abuses.php NAME: one of the list, and then something usual, which must still work.

use RedisCluster\Client;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\Mistakes;

require __DIR__ . '/../bootstrap.php';

$config = json_decode((string) getenv('REDISCLUSTER_CONFIG'), true);
$mistakes = new Mistakes();
$client = new Client($config, false);
try {
    (require __DIR__ . '/abuses_list.php')[$argv[1]]($client, new RedisCluster($config));
} catch (TypeError | ValueError | RedisException) {
    // As promised.
}
$well = $client->command('SET', 'after', 'all') === 'OK' && $client->command('GET', 'after') === 'all';
echo $mistakes->take() ?? ($well ? 'fine' : 'broken'), "\n";
