<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** Values as text, in which two are equal if PHP would tell them apart by nothing: 1 is not '1', nor 1.0, nor true. */
final class Text
{
    public static function of(mixed $value): string
    {
        return match (true) {
            \is_array($value) => '[' . \implode(', ', self::entries($value)) . ']',
            $value instanceof Itself => '(itself)',
            $value instanceof \Closure => '(closure)',
            $value instanceof \Throwable => self::thrown($value, $value::class),
            \is_object($value) => $value::class . ' ' . self::of((array) $value),
            \is_string($value) => self::string($value),
            \is_resource($value) => '(resource)',
            $value === null => 'null',
            default => \var_export($value, true),
        };
    }

    /** @param array<mixed> $call */
    public static function call(string $method, array $arguments): string
    {
        return "$method(" . \implode(', ', self::entries($arguments)) . ')';
    }

    /** @return list<string> */
    private static function entries(array $value): array
    {
        $entries = [];
        foreach ($value as $key => $entry) {
            $entries[] = (\array_is_list($value) ? '' : self::of($key) . ' => ') . self::of($entry);
        }
        return $entries;
    }

    private static function string(string $value): string
    {
        $shown = \strlen($value) > 400 ? \substr($value, 0, 400) . '... ' . \strlen($value) . ' bytes, ' . \md5($value) : $value;
        $escape = static fn (array $byte): string => \sprintf('\x%02x', \ord($byte[0]));
        return "'" . \preg_replace_callback('/[^ -~]/', $escape, $shown) . "'";
    }

    /** @param string $class by which it is caught */
    public static function thrown(\Throwable $thrown, string $class): string
    {
        return "throws $class: " . self::message($thrown->getMessage());
    }

    /** A message of PHP or the class, without the name of the class. */
    public static function message(string $message): string
    {
        $message = \preg_replace('/\b(RedisCluster\\\\)?RedisCluster(?=::)/', 'Redis', $message);
        return \preg_replace_callback('/Redis::\w+\(\)/', static fn (array $name): string => \strtolower($name[0]), $message);
    }
}
