<?php

declare(strict_types=1);

// worker.php write FILE | read FILE: sets or compares the keys and values of FILE (lines `key_hex value_hex`, `-` is empty)
// on the servers of REDISCLUSTER_CONFIG.

use RedisCluster\Client;
use RedisCluster\Exception;

require __DIR__ . '/../../../bindings/php/autoload.php';

const PIPELINE = 1000;

/** @return Generator<list<array{string, string}>> the file's pairs, a pipeline's worth at a time */
function pairs(string $file): Generator
{
    $chunk = [];
    foreach (new SplFileObject($file) as $line) {
        if (trim($line) === '') {
            continue;
        }
        [$key, $value] = explode(' ', trim($line));
        $chunk[] = [bytes($key), bytes($value)];
        if (count($chunk) === PIPELINE) {
            yield $chunk;
            $chunk = [];
        }
    }
    yield $chunk;
}

function bytes(string $hex): string
{
    return $hex === '-' ? '' : hex2bin($hex);
}

function fail(string $key, mixed $reply): never
{
    $reason = $reply instanceof Exception ? $reply->getMessage() : 'differs';
    fwrite(STDERR, bin2hex($key) . ' ' . $reason . "\n");
    exit(1);
}

[, $verb, $file] = $argv;
$client = new Client(getenv('REDISCLUSTER_CONFIG'));
$keys = 0;
foreach (pairs($file) as $chunk) {
    $replies = $client->execute(array_map(
        fn (array $pair) => $verb === 'write' ? ['SET', ...$pair] : ['GET', $pair[0]],
        $chunk,
    ));
    foreach ($chunk as $i => [$key, $value]) {
        if ($replies[$i] !== ($verb === 'write' ? 'OK' : $value)) {
            fail($key, $replies[$i]);
        }
    }
    $keys += count($chunk);
}
echo "$keys keys\n";
