<?php

declare(strict_types=1);

// A child process sends signals continuously; the signal handler takes a backtrace and throws. Prints the number of wrong replies.

use RedisCluster\Client;
use RedisCluster\ServerException;

require __DIR__ . '/../../autoload.php';

const ROUNDS = 1_000;

$mistakes = $handled = 0;
$mayThrow = false;

$client = new Client(getenv('REDISCLUSTER_CONFIG'));
$client->command('SET', 'key', 'value');
// Everything that calls the library, objects that end included. Each returns 'value'.
$steps = [
    static fn (): string => $client->command('GET', 'key'),
    static fn (): string => $client->execute([['GET', 'key']])[0],
    static fn (): string => $client->session()->command('GET', 'key'),
    static fn (): string => $client->withDeadline(30)->command('GET', 'key'),
    static fn (): string => (new Client(getenv('REDISCLUSTER_CONFIG')))->command('GET', 'key'),
    static function () use ($client): string {
        try {
            return $client->command('GET');
        } catch (ServerException) {
            return 'value';
        }
    },
];
if (PHP_VERSION_ID < 80400) {
    // These crash PHP 8.2 in any program: it frees a value twice if a handler throws at the start of a constructor or of __unserialize().
    $steps = array_slice($steps, 0, 4);
}
array_map(static fn (Closure $step): string => $step(), $steps); // loads the classes: PHP cannot load a class that a handler interrupts
$parent = posix_getpid();
pcntl_async_signals(true);
pcntl_signal(SIGUSR1, function () use (&$handled, &$mayThrow): void {
    if ($mayThrow) {
        $mayThrow = false;
        $handled += count(debug_backtrace()) > 0 ? 1 : 0;
        throw new LogicException('a signal');
    }
}, restart_syscalls: false);

$child = pcntl_fork();
if ($child === 0) {
    while (posix_getppid() === $parent && posix_kill($parent, SIGUSR1)) {
        usleep(200);
    }
    exit;
}
for ($i = 0; $i < ROUNDS; $i++) {
    foreach ($steps as $step) {
        try {
            $mayThrow = true;
            $mistakes += $step() === 'value' ? 0 : 1;
            $mayThrow = false;
        } catch (LogicException) {
        }
    }
}
posix_kill($child, SIGKILL);
pcntl_signal(SIGUSR1, SIG_IGN);
echo $mistakes, ' mistakes, ', $handled > 100 ? 'many' : $handled, ' signals, async signals are ', pcntl_async_signals() ? 'on' : 'off', "\n";
