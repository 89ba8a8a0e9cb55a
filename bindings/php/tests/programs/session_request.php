<?php

declare(strict_types=1);

// session_request.php CODE HANDLER …: runs code with PHP's sessions on the cluster. HANDLER is the arguments of SessionHandler as JSON, or
// `phpredis` for the session handler of the extension on the first node.

use RedisCluster\Client;
use RedisCluster\SessionHandler;

require __DIR__ . '/../../autoload.php';

[, $code, $handler] = $argv;
$config = json_decode(getenv('REDISCLUSTER_CONFIG'), true);

ob_start(); // session settings cannot be changed after output was sent
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
if ($handler === 'phpredis') {
    ini_set('session.save_handler', 'redis');
    ini_set('session.save_path', "tcp://127.0.0.1:{$config['nodes']['node_1']['port']}");
} else {
    session_set_save_handler(new SessionHandler(new Client($config), ...json_decode($handler, true)));
}
session_id('abc');
eval($code);
