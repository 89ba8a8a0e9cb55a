<?php

declare(strict_types=1);

// Starts the servers that tests use, prints their processes and folders, and stays.

use RedisCluster\Tests\Support\Fpm;
use RedisCluster\Tests\Support\RedisServer;

foreach (['Php', 'Daemon', 'FastCgi', 'Fpm', 'RedisServer'] as $class) {
    require __DIR__ . "/../Support/$class.php";
}

$redis = new RedisServer((int) $argv[1]);
$redis->kill();
$redis->start();
$fpm = new Fpm(__FILE__, []);
echo json_encode([
    'processes' => [$redis->daemon->pid, $fpm->daemon->pid, ...$fpm->workers()],
    'folders' => [$redis->daemon->folder, $fpm->daemon->folder],
]), "\n";
sleep(60);
