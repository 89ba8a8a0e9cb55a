<?php

declare(strict_types=1);

// A child process sends signals continuously; the signal handler uses the client that the signal interrupted. Prints the number of wrong
// replies.

use RedisCluster\Client;

require __DIR__ . '/../../autoload.php';

const ROUNDS = 3_000;

$client = new Client(getenv('REDISCLUSTER_CONFIG'));
$mistakes = $handled = 0;
$parent = posix_getpid();
$client->execute([['PING']]); // loads the classes: PHP cannot load a class in a handler while it loads the same class

pcntl_async_signals(true);
pcntl_signal(SIGUSR1, function () use ($client, &$mistakes, &$handled): void {
    $handled++;
    $mistakes += $client->execute([['SET', 'signal', $handled], ['GET', 'signal']]) === ['OK', (string) $handled] ? 0 : 1;
}, restart_syscalls: false);

$child = pcntl_fork();
if ($child === 0) {
    while (posix_getppid() === $parent && posix_kill($parent, SIGUSR1)) {
        usleep(100);
    }
    exit;
}
for ($i = 0; $i < ROUNDS; $i++) {
    $mistakes += $client->execute([['SET', 'main', $i], ['GET', 'main']]) === ['OK', (string) $i] ? 0 : 1;
    $mistakes += $client->command('GET', 'main') === (string) $i ? 0 : 1;
}
posix_kill($child, SIGKILL);
pcntl_signal(SIGUSR1, SIG_IGN);
echo $mistakes, ' mistakes, ', $handled > 100 ? 'many' : $handled, " signals\n";
