<?php

declare(strict_types=1);

// Writes the generated traits in src/. --check writes nothing, and lists the files that are out of date.
//
//   php tools/command_methods.php [--check]

use RedisCluster\Tools\CommandMethods;
use RedisCluster\Tools\CompatMethods;

require __DIR__ . '/../autoload.php';
require __DIR__ . '/CommandMethods.php';
require __DIR__ . '/CompatMethods.php';

$source = __DIR__ . '/../src';
// The second generator reads what the first has written.
foreach ([CommandMethods::class, CompatMethods::class] as $generator) {
    foreach ($generator::files() as $name => $text) {
        if (@file_get_contents("$source/$name") === $text) {
            continue;
        }
        if (in_array('--check', $argv, true)) {
            echo "$name\n";
        } else {
            file_put_contents("$source/$name", $text);
        }
    }
}
