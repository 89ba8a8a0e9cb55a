<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

/**
 * What servers answer as a text of lines, as the arrays that phpredis makes of it.
 *
 * @internal
 */
final class Texts
{
    /**
     * INFO.
     *
     * @return array<string, string|int> whole numbers are integers; everything else stays a string
     */
    public static function info(string $text): array
    {
        $info = [];
        foreach (\explode("\r\n", $text) as $line) {
            $parts = \explode(':', $line, 2);
            if (isset($parts[1]) && $line[0] !== '#') {
                $info[$parts[0]] = self::number($parts[1]);
            }
        }
        return $info;
    }

    /**
     * CLIENT LIST.
     *
     * @return list<array<string, string|int>> for each client; there, what is empty is 0
     */
    public static function clients(string $text): array
    {
        $clients = [];
        foreach (\explode("\n", \rtrim($text)) as $line) {
            $client = [];
            foreach (\explode(' ', $line) as $field) {
                $parts = \explode('=', $field, 2);
                if (isset($parts[1])) {
                    $client[$parts[0]] = $parts[1] === '' ? 0 : self::number($parts[1]);
                }
            }
            if ($client !== []) {
                $clients[] = $client;
            }
        }
        return $clients;
    }

    private static function number(string $text): string|int
    {
        return \ctype_digit($text) ? (int) $text : $text;
    }
}
