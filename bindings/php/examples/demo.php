<?php

declare(strict_types=1);

// The session of the old packages' README, and what the program before this one wrote.
//
//     php demo.php ME BEFORE      two names; BEFORE is - for the first program
//
// REDISCLUSTER_CONFIG holds the configuration; REDISCLUSTER_DEMO_TABLE, if set, names a file that gets a line for each
// key that was read from the program before: key, node, who wrote, who read.

use RedisCluster\Client;

require __DIR__ . '/../autoload.php';

if ($argc !== 3 || !getenv('REDISCLUSTER_CONFIG')) {
    fwrite(STDERR, "usage: REDISCLUSTER_CONFIG='{\"nodes\": ...}' php demo.php ME BEFORE\n");
    exit(2);
}
[, $me, $before] = $argv;
$client = new Client(getenv('REDISCLUSTER_CONFIG'));

/** One line of the session. */
function show(string $action, mixed $answer): void
{
    printf("  %-24s %s\n", $action, is_array($answer) ? implode(' ', $answer) : $answer ?? '(nil)');
}

/** Runs a command, and shows it with its reply. */
$run = function (string ...$command) use ($client): mixed {
    $reply = $client->command(...$command);
    show(implode(' ', $command), $reply);
    return $reply;
};

/** Reads what the program before wrote; anything else ends the demo. */
$readBack = function (string $key, string $expected) use ($client, $run, $me, $before): void {
    $value = $run('get', $key);
    if ($value !== $expected) {
        fwrite(STDERR, "$key is \"$value\", not \"$expected\"\n");
        exit(1);
    }
    if ($table = getenv('REDISCLUSTER_DEMO_TABLE')) {
        $row = [$key, $client->nodeFor($key)['alias'], $before, $me];
        file_put_contents($table, implode("\t", $row) . "\n", FILE_APPEND);
    }
};

if ($before !== '-') {
    $readBack("hello_$before", "hello from $before");
    $readBack('foo', 'foo');
    $readBack('bar{foo}', 'bar');
}
$run('set', 'foo', 'bar');
$run('get', 'foo');
foreach (['foo', 'bar', 'foobar'] as $key) {
    show("getnodefor $key", $client->nodeFor($key)['alias']);
}
$run('get', 'bar{foo}');
$run('mset', 'bar{foo}', 'bar', 'foo', 'foo');
$run('mget', 'bar{foo}', 'foo');
$run('set', "hello_$me", "hello from $me");
