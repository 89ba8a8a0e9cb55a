<?php

declare(strict_types=1);

// Prints src/Phpredis/CommandSignatures.php: the signatures in the method table, as annotations for IDEs.

use RedisCluster\Phpredis\MethodTable;

require __DIR__ . '/../autoload.php';

/** @param array<string, array<mixed>> $rows of one family */
function annotations(string $family, array $rows): string
{
    $heading = ucfirst(strtolower(preg_replace('/(?<!^)[A-Z]/', ' $0', $family)));
    $lines = [" *\n * $heading:\n *\n"];
    foreach ($rows as $name => $row) {
        if (!isset($row[3])) {
            continue; // a real method in CommandMethods or RedisCluster
        }
        if (preg_match('/^(\w+)(\(.*\)): (\S+)$/D', $row[3], $match) !== 1 || strtolower($match[1]) !== $name) {
            throw new UnexpectedValueException("The signature of $name must be \"name(parameters): type\", not \"$row[3]\"");
        }
        $type = $match[3] === 'mixed' ? 'mixed' : "RedisCluster|$match[3]"; // the object itself after multi() or pipeline()
        $lines[] = " * @method $type $match[1]$match[2]\n";
    }
    return implode('', $lines);
}

echo <<<'PHP'
    <?php

    declare(strict_types=1);

    namespace RedisCluster\Phpredis;

    use RedisCluster\RedisCluster;

    /**
     * The methods of phpredis that go through RedisCluster::__call(), for IDEs. Between multi() or pipeline() and exec() they return the
     * object itself.
     *
     * Generated from Methods/ by `make generated`: do not edit.

    PHP;
foreach (MethodTable::families() as $family) {
    echo annotations(substr(strrchr($family, '\\'), 1), $family::TABLE);
}
echo <<<'PHP'
     */
    interface CommandSignatures
    {
    }

    PHP;
