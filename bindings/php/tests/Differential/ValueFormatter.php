<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** Formats values as text. Two texts are equal only if the values are identical: 1, '1', 1.0 and true have different texts. */
final class ValueFormatter
{
    public static function format(mixed $value): string
    {
        return match (true) {
            \is_array($value) => '[' . \implode(', ', self::formatEntries($value)) . ']',
            $value instanceof ReturnedSelf => '(itself)',
            $value instanceof \Closure => '(closure)',
            $value instanceof \Throwable => self::formatThrown($value, $value::class),
            \is_object($value) => $value::class . ' ' . self::format((array) $value),
            \is_string($value) => self::formatString($value),
            \is_resource($value) => '(resource)',
            $value === null => 'null',
            default => \var_export($value, true),
        };
    }

    /** @param array<mixed> $arguments */
    public static function formatCall(string $method, array $arguments): string
    {
        return "$method(" . \implode(', ', self::formatEntries($arguments)) . ')';
    }

    /** @return list<string> */
    private static function formatEntries(array $value): array
    {
        $entries = [];
        foreach ($value as $key => $entry) {
            $entries[] = (\array_is_list($value) ? '' : self::format($key) . ' => ') . self::format($entry);
        }
        return $entries;
    }

    private static function formatString(string $value): string
    {
        $shown = \strlen($value) > 400 ? \substr($value, 0, 400) . '... ' . \strlen($value) . ' bytes, ' . \md5($value) : $value;
        $escape = static fn (array $byte): string => \sprintf('\x%02x', \ord($byte[0]));
        return "'" . \preg_replace_callback('/[^ -~]/', $escape, $shown) . "'";
    }

    /** @param string $class name of the exception's class in the text */
    public static function formatThrown(\Throwable $thrown, string $class): string
    {
        return "throws $class: " . self::normalizeMessage($thrown->getMessage());
    }

    /** A message with the class name and method case of phpredis, so that messages of both classes can be equal. */
    public static function normalizeMessage(string $message): string
    {
        $message = \preg_replace('/\b(RedisCluster\\\\)?RedisCluster(?=::)/', 'Redis', $message);
        return \preg_replace_callback('/Redis::\w+\(\)/', static fn (array $name): string => \strtolower($name[0]), $message);
    }
}
