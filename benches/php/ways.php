<?php
declare(strict_types=1);

// The ways across between PHP and the library: what a request and a reply cost in each form, without a server, and MGET end
// to end in the forms that the library speaks. Prints a table of its own: the least time of many rounds, in microseconds.

require __DIR__ . '/harness.php';

$library = RedisCluster\Library::get();
$ffi = $library->ffi;
$client = new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG'));
$handle = (new ReflectionProperty($client, 'handle'))->getValue($client);

/** A request in RESP. */
function resp(array $arguments): string
{
    static $kept = null;
    $headers = $kept ??= array_map(static fn (int $length): string => "\r\n\$$length\r\n", range(0, 255));
    $request = '*' . count($arguments);
    foreach ($arguments as $argument) {
        $length = strlen($argument);
        $request .= $headers[$length] ?? "\r\n\$$length\r\n";
        $request .= $argument;
    }
    return $request . "\r\n";
}

/** The strings of a reply, cut out of its bytes by its index: offset and length of entry n are the numbers 2n + 1 and 2n. */
function cut(string $bytes, FFI\CData $numbers, int $first, int $count): array
{
    $list = [];
    for ($at = 2 * $first, $end = $at + 2 * $count; $at < $end; $at += 2) {
        $list[] = substr($bytes, $numbers[$at + 1], $numbers[$at] >> 8);
    }
    return $list;
}

/** RESP in, bytes and index out. */
function byIndex(FFI $ffi, FFI\CData $handle, array $arguments): array
{
    $request = resp($arguments);
    $reply = $ffi->new('rediscluster_reply *[1]');
    $ffi->rediscluster_execute($handle, $request, strlen($request), $reply, null);
    $data = $ffi->new('rediscluster_data');
    $ffi->rediscluster_reply_data($reply[0], FFI::addr($data), null);
    [$bytes, $entries] = [$data->bytes, $data->entries];
    $list = cut(FFI::string($bytes, $data->bytes_length), $ffi->cast('int64_t *', $entries), 2, $data->entries_length - 2);
    $ffi->rediscluster_reply_free($reply[0]);
    return $list;
}

function least(callable $way, int $rounds): float
{
    $least = INF;
    for (; $rounds > 0; $rounds--) {
        $start = hrtime(true);
        $way();
        $least = min($least, hrtime(true) - $start);
    }
    return $least / 1000;
}

$counts = [1 => 3000, 100 => 1000, 1_000 => 300, 10_000 => getenv('BENCH_QUICK') ? 30 : 150];
$rows = [];
foreach ($counts as $count => $rounds) {
    $pairs = pairs('php-ways', $count);
    $keys = array_keys($pairs);
    $values = array_values($pairs);
    $client->run(['MSET', 'pairs' => $pairs]);
    $flat = ['MGET', ...$keys];
    // What the library would hand over.
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
        [$list, $at] = [[], 0];
        foreach (unpack('V*', $lengths) as $length) {
            $list[] = substr($whole, $at, $length);
            $at += $length;
        }
        return $list;
    };
    // The byte that stands between the strings of a list is in one of them: unserialize() then.
    $client->run(['SET', 'php-ways:binary', "\xff" . str_repeat(' ', 31)]);
    $mixed = [...array_slice($keys, 1), 'php-ways:binary'];
    $ways = [
        'write: RESP' => static fn (): string => resp($flat),
        'write: implode + pack of lengths' => static fn (): string => implode('', $flat) . pack('V*', ...array_map('strlen', $flat)),
        'write: serialize()' => static fn (): string => serialize(['MGET', $keys]),
        'write: implode()' => static fn (): string => RedisCluster\Request::implodeCommand(['MGET', $keys]),
        'read: bytes and index, substr()' => static fn (): array => cut($bytes, $numbers, 0, $count),
        'read: bytes and lengths, unpack()' => $unpacked,
        'read: unserialize()' => static fn (): array => unserialize($serialized, ['allowed_classes' => false]),
        'read: explode()' => static fn (): array => explode("\xff", $joined),
        'MGET: RESP, index' => static fn (): array => byIndex($ffi, $handle, $flat),
        'MGET: serialize(), unserialize()' => static fn (): array => $client->run(['MGET', ...$mixed]),
        'MGET: serialize(), explode()' => static fn (): array => $client->run($flat),
        'MGET: implode(), explode()' => static fn (): array => $client->run(['MGET', $keys]),
    ];
    if ($ways['MGET: RESP, index']() !== $values || $ways['MGET: implode(), explode()']() !== $values) {
        fwrite(STDERR, "bench: the ways read different values\n");
        exit(1);
    }
    // In turn, so that a noisy moment disturbs all alike.
    for ($turn = 0; $turn < 3; $turn++) {
        foreach ($ways as $name => $way) {
            $rows[$name][$count] = min($rows[$name][$count] ?? INF, least($way, intdiv($rounds, 3)));
        }
    }
}
printf("%-36s%s\n", 'keys', implode('', array_map(static fn (int $count): string => sprintf('%10s', number_format($count)), array_keys($counts))));
foreach ($rows as $name => $times) {
    printf("%-36s%s\n", $name, implode('', array_map(static fn (float $time): string => sprintf('%10.2f', $time), $times)));
}
