<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * Writes commands as RESP, the way every Redis client does.
 *
 * @internal
 */
final class Request
{
    /**
     * One command.
     *
     * @param array<mixed> $arguments
     */
    public static function command(array $arguments): string
    {
        static $kept = null;
        // Headers of short arguments are looked up faster than written, and in a local variable faster than in a static one.
        $headers = $kept ??= \array_map(static fn (int $length): string => "\r\n\$$length\r\n", \range(0, 255));
        $request = '*' . \count($arguments);
        foreach ($arguments as $argument) {
            if (!\is_string($argument)) {
                $argument = self::bytes($argument);
            }
            $length = \strlen($argument);
            $request .= $headers[$length] ?? "\r\n\$$length\r\n";
            $request .= $argument;
        }
        $request .= "\r\n";
        return $request;
    }

    /**
     * Many commands.
     *
     * @param array<mixed> $commands
     */
    public static function commands(array $commands): string
    {
        $request = '';
        foreach ($commands as $command) {
            if (!\is_array($command)) {
                throw new \TypeError('A command is an array of arguments, not ' . \get_debug_type($command));
            }
            $request .= self::command($command);
        }
        return $request;
    }

    /**
     * The arguments of a command, whose lists are opened, and `pairs` to keys and values in turn.
     *
     * @param array<mixed> $command
     * @return list<string>
     */
    public static function flat(array $command): array
    {
        $flat = [];
        foreach ($command as $place => $argument) {
            if (!\is_array($argument)) {
                $flat[] = (string) $argument;
                continue;
            }
            foreach ($argument as $key => $value) {
                if ($place === 'pairs') {
                    $flat[] = (string) $key;
                }
                $flat[] = (string) $value;
            }
        }
        return $flat;
    }

    private static function bytes(mixed $argument): string
    {
        return match (true) {
            \is_int($argument), $argument instanceof \Stringable => (string) $argument,
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
