<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * Commands in the forms that the library accepts: serialize() and implode() strings, of strings and ints.
 *
 * @internal
 */
final class Request
{
    /**
     * One command. The result is a new array: elements of the caller's array may be references, which serialize() would write as
     * references, and an assignment to which would change the caller's variables.
     *
     * @param array<mixed> $arguments
     * @return list<string|int>
     */
    public static function fromArguments(array $arguments): array
    {
        $command = [];
        foreach ($arguments as $argument) {
            $command[] = \is_string($argument) || \is_int($argument) ? $argument : self::argumentToText($argument);
        }
        return $command;
    }

    /**
     * @param array<mixed> $commands
     * @return list<list<string|int>>
     */
    public static function fromCommands(array $commands): array
    {
        $requests = [];
        foreach ($commands as $command) {
            if (!\is_array($command)) {
                throw new \TypeError('A command must be an array of arguments, ' . \get_debug_type($command) . ' given');
            }
            $requests[] = self::fromArguments($command);
        }
        return $requests;
    }

    /**
     * A command's name with one list, or with pairs, joined by implode(): PHP's fastest way to make one string of many. The library
     * rejects such a request if an argument contains the separator, the byte 0xff. Arguments that implode() cannot convert are
     * serialized instead.
     *
     * @param array{0: string, 1?: array<mixed>, pairs?: array<mixed>} $command
     */
    public static function implodeCommand(array $command): string
    {
        try {
            if (isset($command[1])) {
                $count = \count($command[1]) + 1;
                return \implode("\xff", $command[1]) . "\xff$command[0]\xff$count\xff";
            }
            $pairs = $command['pairs'];
            $count = \count($pairs) * 2 + 1;
            return \implode("\xff", \array_keys($pairs)) . "\xff" . \implode("\xff", $pairs) . "\xff$command[0]\xff$count\xffpairs\xff";
        } catch (\Error) {
            return \serialize(self::flattenCommand($command));
        }
    }

    /**
     * The same command with the elements of the list, or of the pairs, as arguments of their own.
     *
     * @param array{0: string, 1?: array<mixed>, pairs?: array<mixed>} $command
     * @return list<string|int>
     */
    public static function flattenCommand(array $command): array
    {
        $arguments = [$command[0]];
        foreach ($command[1] ?? [] as $argument) {
            $arguments[] = self::toText($argument);
        }
        foreach ($command['pairs'] ?? [] as $key => $value) {
            \array_push($arguments, $key, self::toText($value));
        }
        return $arguments;
    }

    /**
     * Each element as implode() would convert it, in a new array; see fromArguments() for why.
     *
     * @param array<mixed> $list
     * @return array<string|int>
     */
    public static function toStrings(array $list): array
    {
        $strings = [];
        foreach ($list as $place => $string) {
            $strings[$place] = \is_string($string) || \is_int($string) ? $string : self::toText($string);
        }
        return $strings;
    }

    /** Any value as PHP converts it to a string. An array is `Array`, with PHP's warning. */
    public static function toText(mixed $argument): string
    {
        return \is_object($argument) && !$argument instanceof \Stringable
            ? throw new \TypeError('Object of class ' . $argument::class . ' could not be converted to string')
            : (string) $argument;
    }

    /** The shortest text that reads back as the same number, whatever `precision` and `serialize_precision` are in php.ini. */
    public static function formatFloat(float $number): string
    {
        return \strtolower(\is_finite($number) ? \sprintf('%.*H', -1, $number) : (string) $number);
    }

    private static function argumentToText(mixed $argument): string
    {
        return match (true) {
            $argument instanceof \Stringable => (string) $argument,
            \is_float($argument) => self::formatFloat($argument),
            default => throw new \TypeError(
                'An argument must be a string, int, float or Stringable, ' . \get_debug_type($argument) . ' given'
            ),
        };
    }
}
