<?php

declare(strict_types=1);

// A page of PHP-FPM that dies in the middle of a transaction, in the way that it is asked to. Asked for none, it reads what the others
// may not have written.

use RedisCluster\Client;

require $_SERVER['PACKAGE'] . '/autoload.php';

$client = new Client($_SERVER['CONFIG']);
if ($_SERVER['DIE'] === '') {
    exit($client->command('GET', 'key'));
}
$session = $client->session();
$session->execute([['MULTI'], ['SET', 'key', 'written by a page that died']]);
$dropIn = new RedisCluster\RedisCluster(json_decode($_SERVER['CONFIG'], true));
$dropIn->watch('key');
$own = new Client($_SERVER['CONFIG'], shared: false);
$view = $own->withRead(RedisCluster\Read::Master);
$view->each('PING');
match ($_SERVER['DIE']) {
    'memory' => str_repeat('x', 1 << 40),
    'exception' => throw new Exception('which nobody catches'),
    'error' => trigger_error('of the user', E_USER_ERROR),
    'exit' => exit('bye'),
};
