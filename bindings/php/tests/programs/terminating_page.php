<?php

declare(strict_types=1);

// A page for PHP-FPM that ends during a transaction in the way that the parameter END names. With an empty END it prints the key that the
// transactions must not have written.

use RedisCluster\Client;

require $_SERVER['PACKAGE'] . '/autoload.php';

$client = new Client($_SERVER['CONFIG']);
if ($_SERVER['END'] === '') {
    exit($client->command('GET', 'key'));
}
$session = $client->session();
$session->execute([['MULTI'], ['SET', 'key', 'written by an ended page']]);
$dropIn = new RedisCluster\RedisCluster(json_decode($_SERVER['CONFIG'], true));
$dropIn->watch('key');
$ownClient = new Client($_SERVER['CONFIG'], shared: false);
$derived = $ownClient->withRead(RedisCluster\Read::Master);
$derived->each('PING');
match ($_SERVER['END']) {
    'memory' => str_repeat('x', 1 << 40),
    'exception' => throw new Exception('uncaught exception'),
    'error' => trigger_error('of the user', E_USER_ERROR),
    'exit' => exit('bye'),
};
