<?php

declare(strict_types=1);

// In what RedisCluster\RedisCluster may answer otherwise than phpredis 5.3.7, and why. See Differences for what an entry means.

namespace RedisCluster\Tests\Oracle;

$withoutDeprecations = static fn (string $warnings): string => \preg_replace("/(, )?'8192 [^']*'/", '', $warnings);

$withoutNames = static fn (string $outcome): string => \preg_replace('/(Argument #\d+) \(\$\w+\)/', '$1', $outcome);

return [
    [
        'reason' => 'The methods behind __call() have no parameters, and so no names of them',
        'aspect' => 'outcome',
        'theirs' => '/^throws TypeError/',
        'when' => static fn (string $ours, string $theirs): bool => $withoutNames($theirs) === $ours,
    ],
    [
        'reason' => 'PHP has other words for too few arguments of a method that is written in PHP',
        'aspect' => 'outcome',
        'ours' => '/^throws ArgumentCountError: Too few arguments to function /',
        'theirs' => '/^throws ArgumentCountError: .* expects /',
    ],
    [
        'reason' => "phpredis leaves C's terminator at the end of some errors",
        'aspect' => 'last error',
        'when' => static fn (string $ours, string $theirs): bool => \str_replace("\\x00'", "'", $theirs) === $ours,
    ],
    [
        'reason' => "The old names are not deprecated here, and what PHP itself says of the arguments of functions written in C it does not say of those written in PHP",
        'aspect' => 'warnings',
        'when' => static fn (string $ours, string $theirs): bool => $withoutDeprecations($theirs) === $withoutDeprecations($ours),
    ],
];
