<?php

declare(strict_types=1);

namespace RedisCluster\Tools;

use RedisCluster\Phpredis\MethodTable;

/** Generates a trait per family of the method table, with a method for each signature there. */
final class CommandMethods
{
    /** The types for which phpredis accepts null, with a deprecation. */
    private const SCALARS = ['bool', 'float', 'int', 'string'];

    /** @return array<string, string> name of a file in src/ => its text */
    public static function files(): array
    {
        $files = [];
        foreach (MethodTable::families() as $family) {
            $name = \substr(\strrchr($family, '\\'), 1);
            $files["Phpredis/CommandMethods/$name.php"] = self::trait($name, $family::TABLE);
        }
        return $files;
    }

    /** @param array<string, array<mixed>> $rows of one family */
    private static function trait(string $name, array $rows): string
    {
        $methods = [];
        foreach ($rows as $method => $row) {
            if (isset($row[3])) { // the others are declared in RedisCluster or its parent
                $methods[] = self::method($method, $row[3]);
            }
        }
        $methods = \implode("\n", $methods);
        return <<<PHP
            <?php

            declare(strict_types=1);

            namespace RedisCluster\\Phpredis\\CommandMethods;

            /**
             * Generated from Phpredis\\Methods\\$name by `make generated`: do not edit.
             *
             * @internal
             */
            trait $name
            {
            $methods}

            PHP;
    }

    private static function method(string $key, string $signature): string
    {
        if (\preg_match('/^(\w+)\((.*)\): (\S+)$/D', $signature, $match) !== 1 || \strtolower($match[1]) !== $key) {
            throw new \UnexpectedValueException("The signature of $key must be \"name(parameters): type\", not \"$signature\"");
        }
        [, $name, $parameters, $type] = $match;
        $parameters = $parameters === '' ? [] : \explode(', ', $parameters);
        // phpredis declares types for the parameters of methods with a repeated one, but converts any value.
        $parameters = \array_map(\str_contains($signature, '...') ? self::untyped(...) : self::nullable(...), $parameters);
        $documentation = '';
        if ($type !== 'mixed') {
            // The object itself after multi() or pipeline(); null for a failure with OPT_FAILURE_AS_NULL.
            $documentation = "    /** @return static|$type */\n";
            $type = "static|$type" . (\str_contains($type, 'null') ? '' : '|null');
        }
        $head = "    public function $name(" . \implode(', ', $parameters) . "): $type\n    {\n";
        if (\strlen($head) > 147) {
            $head = "    public function $name(\n        " . \implode(",\n        ", $parameters) . ",\n    ): $type {\n";
        }
        // func_get_args() lacks named arguments that PHP adds to a repeated parameter; they are refused.
        $arguments = '\func_get_args()' . (\preg_match('/\.\.\.(\$\w+)/', $signature, $repeated) === 1 ? " + $repeated[1]" : '');
        return "$documentation$head        return \$this->runMethod('$name', $arguments);\n    }\n";
    }

    private static function untyped(string $parameter): string
    {
        return \preg_replace('/^\S+/', 'mixed', $parameter);
    }

    /** The parameter, with null where phpredis converts it. */
    private static function nullable(string $parameter): string
    {
        [$type, $rest] = \explode(' ', $parameter, 2);
        $types = \explode('|', $type);
        if ($type[0] === '?' || \in_array('null', $types, true) || \array_intersect($types, self::SCALARS) === []) {
            return $parameter;
        }
        return (\count($types) === 1 ? "?$type" : "$type|null") . " $rest";
    }
}
