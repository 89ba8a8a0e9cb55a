<?php

declare(strict_types=1);

// A page that writes one value over the connections that the pages of a worker share. Prints the worker, and the reply or the error.

use RedisCluster\Client;

require $_SERVER['PACKAGE'] . '/autoload.php';

try {
    $reply = (new Client($_SERVER['CONFIG']))->command('SET', 'page', $_SERVER['VALUE']);
} catch (Throwable $thrown) {
    $reply = $thrown->getMessage();
}
echo json_encode(['worker' => getmypid(), 'reply' => $reply]);
