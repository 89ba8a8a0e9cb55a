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
