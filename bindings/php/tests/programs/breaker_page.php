<?php

declare(strict_types=1);

// A page for PHP-FPM that reads a key and prints its process and the outcome: `ok`, `timeout` or `unavailable`.

use RedisCluster\Client;
use RedisCluster\TimeoutException;

require $_SERVER['PACKAGE'] . '/autoload.php';

try {
    (new Client($_SERVER['CONFIG']))->command('GET', 'key');
    $outcome = 'ok';
} catch (TimeoutException) {
    $outcome = 'timeout';
} catch (Exception $exception) {
    $outcome = str_contains($exception->getMessage(), ': unavailable for ') ? 'unavailable' : $exception->getMessage();
}
echo getmypid(), ' ', $outcome;
