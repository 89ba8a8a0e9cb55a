<?php

declare(strict_types=1);

// Prints docs/phpredis.md: what tests/Oracle/allowed.php lists, for readers.

use RedisCluster\Phpredis\MethodTable;
use RedisCluster\RedisCluster;

require __DIR__ . '/../../autoload.php';

/** @param array<string, mixed> $entry */
function row(array $entry): string
{
    $isMethod = static fn (string $name): bool => MethodTable::entry($name) !== null || \method_exists(RedisCluster::class, $name);
    // The others are names of values that a scenario keeps.
    $methods = \array_filter($entry['methods'] ?? [], $isMethod);
    $names = $methods === [] ? 'any' : '`' . \implode('` `', $methods) . '`';
    return '| ' . $names . ' | ' . \strtr($entry['reason'], ['|' => '\\|']) . " |\n";
}

echo <<<'TEXT'
    <!-- Made by `make generated` from tests/Oracle/allowed.php. -->
    # Differences from phpredis

    The tests give every method of phpredis 5.3.7, in some 23,000 calls, to phpredis on one server and to `RedisCluster\RedisCluster` on three, and
    compare values and their types, warnings, exceptions, `getLastError()`, arguments by reference and the data. Where the two differ, the difference
    is listed here, with its reason; a difference that is not listed fails the tests, and so does one that is listed and no longer there.

    Beside these: warnings are PHP's `E_USER_WARNING`; broadcasts (`info()`, `config()`, `flushAll()` …) answer for each node; the exceptions are
    subclasses of `RedisException`. What phpredis 5.3 ends PHP with, or hangs on, was not compared, nor were the methods that phpredis 6 has added.

    TEXT;
foreach (require __DIR__ . '/allowed.php' as $heading => $entries) {
    echo "\n## $heading\n\n| methods | difference |\n|---|---|\n", \implode('', \array_map(row(...), $entries));
}
