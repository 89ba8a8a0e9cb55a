<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * The arguments of commands as the library takes them: strings and ints.
 *
 * @internal
 */
final class Request
{
    /**
     * One command.
     *
     * @param array<mixed> $arguments
     * @return list<string|int> a new array: among the caller's elements may be references, which serialize() writes as such, and
     *                          to assign to which would change the caller's variables
     */
    public static function command(array $arguments): array
    {
        $command = [];
        foreach ($arguments as $argument) {
            $command[] = \is_string($argument) || \is_int($argument) ? $argument : self::bytes($argument);
        }
        return $command;
    }

    /**
     * Many commands.
     *
     * @param array<mixed> $commands
     * @return list<list<string|int>>
     */
    public static function commands(array $commands): array
    {
        $requests = [];
        foreach ($commands as $command) {
            if (!\is_array($command)) {
                throw new \TypeError('A command is an array of arguments, not ' . \get_debug_type($command));
            }
            $requests[] = self::command($command);
        }
        return $requests;
    }

    /**
     * A name, and a list or pairs, as implode() writes it, which is the fastest there is. Not fit for an argument with the byte
     * 0xff, as the library will say; and what implode() cannot write is told, or written, by serialize() and text().
     *
     * @param array{0: string, 1?: array<mixed>, pairs?: array<mixed>} $command
     */
    public static function joined(array $command): string
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
            return \serialize(self::opened($command));
        }
    }

    /**
     * The same command without the list or the pairs: their elements in their place.
     *
     * @param array{0: string, 1?: array<mixed>, pairs?: array<mixed>} $command
     * @return list<string|int>
     */
    public static function opened(array $command): array
    {
        $arguments = [$command[0]];
        foreach ($command[1] ?? [] as $argument) {
            $arguments[] = self::text($argument);
        }
        foreach ($command['pairs'] ?? [] as $key => $value) {
            \array_push($arguments, $key, self::text($value));
        }
        return $arguments;
    }

    /**
     * Many commands that are a name and a key, likewise.
     *
     * @param list<string> $commands the name, the byte 0xff, the key
     */
    public static function allJoined(array $commands, int $form): string
    {
        return \implode("\xff", $commands) . "\xff$form\xff" . \count($commands) . "\xff2\xff";
    }

    /**
     * One of them as it is without that byte.
     *
     * @return array{string, string}
     */
    public static function parted(string $command): array
    {
        return \explode("\xff", $command, 2);
    }

    /**
     * What implode() would make of each, as a new array: the elements of the caller's may be references, which must neither be
     * written to nor sent.
     *
     * @param array<mixed> $list
     * @return array<string|int>
     */
    public static function strings(array $list): array
    {
        $strings = [];
        foreach ($list as $place => $string) {
            $strings[$place] = \is_string($string) || \is_int($string) ? $string : self::text($string);
        }
        return $strings;
    }

    /** What PHP makes of anything as a string. An array is `Array`, with PHP's warning. */
    public static function text(mixed $argument): string
    {
        return \is_object($argument) && !$argument instanceof \Stringable
            ? throw new \TypeError('Object of class ' . $argument::class . ' could not be converted to string')
            : (string) $argument;
    }

    private static function bytes(mixed $argument): string
    {
        return match (true) {
            $argument instanceof \Stringable => (string) $argument,
            \is_float($argument) => self::float($argument),
            default => throw new \TypeError(
                'An argument is a string, int, float or Stringable, not ' . \get_debug_type($argument)
            ),
        };
    }

    /** The shortest text that reads back as the same number; a cast would round to ini's `precision`. */
    private static function float(float $number): string
    {
        return \is_finite($number) ? \json_encode($number) : \strtolower((string) $number);
    }
}
