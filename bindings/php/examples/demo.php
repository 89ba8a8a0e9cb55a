<?php

declare(strict_types=1);

// Reads what the previous demo program wrote, and runs the commands of the old packages' README.
//
//     php demo.php ME BEFORE      the names of this program and of the previous one; BEFORE is - for the first program
//
// REDISCLUSTER_CONFIG has the configuration. If REDISCLUSTER_DEMO_TABLE is set, a line per key read from the previous program is
// appended to that file: key, node, writer, reader.

use RedisCluster\Client;

require __DIR__ . '/../autoload.php';

if ($argc !== 3 || !getenv('REDISCLUSTER_CONFIG')) {
    fwrite(STDERR, "usage: REDISCLUSTER_CONFIG='{\"nodes\": ...}' php demo.php ME BEFORE\n");
    exit(2);
}
[, $me, $before] = $argv;
$client = new Client(getenv('REDISCLUSTER_CONFIG'));

/** Prints one line. */
function show(string $action, mixed $reply): void
{
    printf("  %-24s %s\n", $action, is_array($reply) ? implode(' ', $reply) : $reply ?? '(nil)');
}

/** Runs a command, and prints it with its reply. */
$run = function (string ...$command) use ($client): mixed {
    $reply = $client->command(...$command);
    show(implode(' ', $command), $reply);
    return $reply;
};

/** Reads a key of the previous program; an unexpected value ends the demo. */
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
