<?php
declare(strict_types=1);

// Formats for the data exchange between PHP and the library: the cost of encoding a request and decoding a reply in each format, without a
// server, and of a complete MGET in the formats that the library supports. Prints its own table: the minimum of many rounds in microseconds.

require __DIR__ . '/harness.php';

$library = RedisCluster\Library::get();
$ffi = $library->ffi;
$client = new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG'));
$handle = (new ReflectionProperty($client, 'handle'))->getValue($client);

/** Encodes a request in RESP. */
function resp(array $arguments): string
{
    static $cachedHeaders = null;
    $headers = $cachedHeaders ??= array_map(static fn (int $length): string => "\r\n\$$length\r\n", range(0, 255));
    $request = '*' . count($arguments);
    foreach ($arguments as $argument) {
        $length = strlen($argument);
        $request .= $headers[$length] ?? "\r\n\$$length\r\n";
        $request .= $argument;
    }
    return $request . "\r\n";
}

/** The strings of a reply, extracted from its bytes by its index: entry n has its length in number 2n and its offset in number 2n + 1. */
function extractStrings(string $bytes, FFI\CData $numbers, int $first, int $count): array
{
    $list = [];
    for ($position = 2 * $first, $end = $position + 2 * $count; $position < $end; $position += 2) {
        $list[] = substr($bytes, $numbers[$position + 1], $numbers[$position] >> 8);
    }
    return $list;
}

/** Runs a command with a RESP request and a reply of bytes and index. */
function runWithReplyIndex(FFI $ffi, FFI\CData $handle, array $arguments): array
{
    $request = resp($arguments);
    $reply = $ffi->new('rediscluster_reply *[1]');
    $ffi->rediscluster_execute($handle, $request, strlen($request), $reply, null);
    $data = $ffi->new('rediscluster_data');
    $ffi->rediscluster_reply_data($reply[0], FFI::addr($data), null);
    [$bytes, $entries] = [$data->bytes, $data->entries];
    $list = extractStrings(FFI::string($bytes, $data->bytes_length), $ffi->cast('int64_t *', $entries), 2, $data->entries_length - 2);
    $ffi->rediscluster_reply_free($reply[0]);
    return $list;
}

/** The shortest time of a call in microseconds. */
function minimumTime(callable $function, int $rounds): float
{
    $minimum = INF;
    for (; $rounds > 0; $rounds--) {
        $start = hrtime(true);
        $function();
        $minimum = min($minimum, hrtime(true) - $start);
    }
    return $minimum / 1000;
}

$counts = [1 => 3000, 100 => 1000, 1_000 => 300, 10_000 => getenv('BENCH_QUICK') ? 30 : 150];
$rows = [];
foreach ($counts as $count => $rounds) {
    $pairs = pairs('php-exchange-formats', $count);
    $keys = array_keys($pairs);
    $values = array_values($pairs);
    $client->run(['MSET', 'pairs' => $pairs]);
    $flat = ['MGET', ...$keys];
    // The data that the library would return.
    $bytes = implode('', array_map(static fn (string $value): string => "\$32\r\n$value\r\n", $values));
    $numbers = $ffi->new('int64_t[' . 2 * $count . ']');
    for ($i = 0; $i < $count; $i++) {
        $numbers[2 * $i] = 32 << 8 | 1;
        $numbers[2 * $i + 1] = 5 + 39 * $i;
    }
    $lengths = pack('V*', ...array_map('strlen', $values));
    $whole = implode('', $values);
    $serialized = serialize($values);
    $joined = implode("\xff", $values);
    $unpacked = static function () use ($lengths, $whole): array {
        [$list, $position] = [[], 0];
        foreach (unpack('V*', $lengths) as $length) {
            $list[] = substr($whole, $position, $length);
            $position += $length;
        }
        return $list;
    };
    // One value contains the separator byte of lists, so the library returns the reply for unserialize().
    $client->run(['SET', 'php-exchange-formats:binary', "\xff" . str_repeat(' ', 31)]);
    $mixed = [...array_slice($keys, 1), 'php-exchange-formats:binary'];
    $measurements = [
        'write: RESP' => static fn (): string => resp($flat),
        'write: implode + pack of lengths' => static fn (): string => implode('', $flat) . pack('V*', ...array_map('strlen', $flat)),
        'write: serialize()' => static fn (): string => serialize(['MGET', $keys]),
        'write: implode()' => static fn (): string => RedisCluster\Request::implodeCommand(['MGET', $keys]),
        'read: bytes and index, substr()' => static fn (): array => extractStrings($bytes, $numbers, 0, $count),
        'read: bytes and lengths, unpack()' => $unpacked,
        'read: unserialize()' => static fn (): array => unserialize($serialized, ['allowed_classes' => false]),
        'read: explode()' => static fn (): array => explode("\xff", $joined),
        'MGET: RESP, index' => static fn (): array => runWithReplyIndex($ffi, $handle, $flat),
        'MGET: serialize(), unserialize()' => static fn (): array => $client->run(['MGET', ...$mixed]),
        'MGET: serialize(), explode()' => static fn (): array => $client->run($flat),
        'MGET: implode(), explode()' => static fn (): array => $client->run(['MGET', $keys]),
    ];
    if ($measurements['MGET: RESP, index']() !== $values || $measurements['MGET: implode(), explode()']() !== $values) {
        fwrite(STDERR, "bench: the formats returned different values\n");
        exit(1);
    }
    // Alternately, so that noise affects all formats equally.
    for ($turn = 0; $turn < 3; $turn++) {
        foreach ($measurements as $name => $function) {
            $rows[$name][$count] = min($rows[$name][$count] ?? INF, minimumTime($function, intdiv($rounds, 3)));
        }
    }
}
printf("%-36s%s\n", 'keys', implode('', array_map(static fn (int $count): string => sprintf('%10s', number_format($count)), array_keys($counts))));
foreach ($rows as $name => $times) {
    printf("%-36s%s\n", $name, implode('', array_map(static fn (float $time): string => sprintf('%10.2f', $time), $times)));
}
