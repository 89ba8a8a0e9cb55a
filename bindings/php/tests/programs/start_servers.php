<?php

declare(strict_types=1);

// Starts the servers that tests use, prints their process ids and folders, and waits.

use RedisCluster\Tests\Support\PhpFpm;
use RedisCluster\Tests\Support\RestartableRedisServer;

foreach (['Php', 'ServerProcess', 'FastCgiClient', 'PhpFpm', 'RestartableRedisServer'] as $class) {
    require __DIR__ . "/../Support/$class.php";
}

$redis = new RestartableRedisServer((int) $argv[1]);
$redis->kill();
$redis->start();
$fpm = new PhpFpm(__FILE__, []);
echo json_encode([
    'processes' => [$redis->process->pid, $fpm->process->pid, ...$fpm->workers()],
    'folders' => [$redis->process->folder, $fpm->process->folder],
]), "\n";
sleep(60);
