<?php

declare(strict_types=1);

// A page that counts its visits in a session and in a cache.

use RedisCluster\Cache\SimpleCache;
use RedisCluster\Client;
use RedisCluster\SessionHandler;

require 'Psr/SimpleCache/autoload.php';
require __DIR__ . '/../../autoload.php';

$client = new Client(getenv('REDISCLUSTER_CONFIG'));
session_set_save_handler(new SessionHandler($client, locking: true));
session_id('visitor');
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
$cache = new SimpleCache($client, 'pages:', 3600);
$cache->set('visits', $cache->get('visits', 0) + 1);
echo json_encode([$_SESSION['visits'], $cache->get('visits')]);
