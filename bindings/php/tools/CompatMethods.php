<?php

declare(strict_types=1);

namespace RedisCluster\Tools;

use RedisCluster\Phpredis\MethodTable;
use RedisCluster\RedisCluster;

/**
 * Generates the traits of Compat\Redis, which delegate each method to RedisCluster.
 *
 * phpredis 5.3 declares no parameter types and phpredis 6 does, so a subclass of both has none. The return types are those of
 * phpredis 6, which a subclass must declare; newer methods have those of RedisCluster.
 */
final class CompatMethods
{
    /** Declared in Compat\Redis itself: arguments by reference, callbacks. */
    private const DECLARED = ['scan', 'hscan', 'sscan', 'zscan', 'subscribe', 'psubscribe', 'ssubscribe'];

    /** Methods that have a repeated parameter in phpredis 5.3 only, so that a subclass must have one too. */
    private const REPEATED = ['pubsub', 'unsubscribe', 'punsubscribe'];

    /** The trait of the methods that are not in the method table. */
    private const OTHERS = 'Connections';

    /** @return array<string, string> name of a file in src/ => its text */
    public static function files(): array
    {
        $traits = \array_fill_keys([self::OTHERS, 'WithReturnTypes', 'WithoutReturnTypes'], []);
        foreach ((new \ReflectionClass(RedisCluster::class))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
            $name = $method->getName();
            if (\str_starts_with($name, '__') || \in_array(\strtolower($name), self::DECLARED, true)) {
                continue;
            }
            $type = self::returnType($method);
            if ($type === '' || $type === 'mixed' || self::mayReturnSelf($type) || !self::isQueued($name)) {
                $traits[self::family($name)][] = self::method($method, $type);
            } else {
                $traits['WithReturnTypes'][] = self::method($method, $type);
                $traits['WithoutReturnTypes'][] = self::method($method, '');
            }
        }
        $files = [];
        foreach ($traits as $name => $methods) {
            $files["Compat/Methods/$name.php"] = self::trait($name, $methods);
        }
        return $files;
    }

    private static function family(string $method): string
    {
        foreach (MethodTable::families() as $family) {
            if (isset($family::TABLE[\strtolower($method)])) {
                return \substr(\strrchr($family, '\\'), 1);
            }
        }
        return self::OTHERS;
    }

    /** @param list<string> $methods */
    private static function trait(string $name, array $methods): string
    {
        $methods = \implode("\n", $methods);
        return <<<PHP
            <?php

            // Without strict types; see Compat\\Redis.

            namespace RedisCluster\\Compat\\Methods;

            /**
             * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
             *
             * @internal
             */
            trait $name
            {
            $methods}

            PHP;
    }

    private static function method(\ReflectionMethod $method, string $type): string
    {
        $name = $method->getName();
        $parameters = \array_map(self::parameter(...), $method->getParameters());
        if (\in_array(\strtolower($name), self::REPEATED, true)) {
            $parameters[] = '...$more';
        }
        $last = $method->isVariadic() ? $method->getParameters()[$method->getNumberOfParameters() - 1]->getName() : '';
        $arguments = $last === '' ? '\func_get_args()' : "(\\func_get_args() + \$$last)"; // with named ones, for an error
        $call = "\$this->cluster->$name(...$arguments)";
        $types = \explode('|', $type);
        $body = match (true) {
            $type === 'void' => "$call;",
            $type === '', $type === 'mixed' => "return \$this->reply($call);",
            self::mayReturnSelf($type) => "return \$this->reply($call)" . (\in_array('null', $types, true) ? ';' : self::ifNull($types) . ';'),
            !self::isQueued($name) => "return $call;",
            // A queued call returns the object, for which the type has no place.
            default => "return \\is_$types[0](\$reply = $call) ? \$reply : " . self::placeholder($types) . ';',
        };
        $colon = $type === '' ? '' : ": $type";
        return '    public function ' . $name . '(' . \implode(', ', $parameters) . ")$colon\n    {\n        $body\n    }\n";
    }

    private static function parameter(\ReflectionParameter $parameter): string
    {
        $default = $parameter->isDefaultValueAvailable() ? ' = ' . self::literal($parameter->getDefaultValue()) : '';
        return ($parameter->isVariadic() ? '...' : '') . "\${$parameter->getName()}$default";
    }

    private static function literal(mixed $value): string
    {
        return match ($value) {
            null => 'null',
            [] => '[]',
            default => \var_export($value, true),
        };
    }

    private static function returnType(\ReflectionMethod $method): string
    {
        $name = \strtolower($method->getName());
        foreach (\file(__DIR__ . '/../tests/Phpredis/fixtures/phpredis-6.txt', \FILE_IGNORE_NEW_LINES) as $line) {
            if (\preg_match('/^(\w+)\(.*\)(?:: (\S+))?$/D', $line, $match) === 1 && \strtolower($match[1]) === $name) {
                return \preg_replace('/\bRedis\b/', 'static', $match[2] ?? '');
            }
        }
        $type = (string) $method->getReturnType();
        return \str_contains($type, 'static') ? \preg_replace('/\|null\b/', '', $type) : $type;
    }

    private static function mayReturnSelf(string $type): bool
    {
        return \in_array('static', \explode('|', $type), true);
    }

    /** Whether a method is one command, and so can be called between multi() and exec(). */
    private static function isQueued(string $name): bool
    {
        return isset(MethodTable::all()[\strtolower($name)]) || \strtolower($name) === 'lastsave';
    }

    /** @param list<string> $types */
    private static function placeholder(array $types): string
    {
        return match ($types) {
            ['bool'] => 'true',
            ['int'] => '0',
            ['array'] => '[]',
            ['int', 'false'] => 'false',
        };
    }

    /** @param list<string> $types that lack null; nil is null with OPT_NULL_MULTIBULK_AS_NULL */
    private static function ifNull(array $types): string
    {
        return match (true) {
            \array_intersect(['bool', 'false'], $types) !== [] => ' ?? false',
            \in_array('array', $types, true) => ' ?? []',
            default => '',
        };
    }
}
