<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

/**
 * Converts text replies to the arrays that phpredis returns.
 *
 * @internal
 */
final class ServerText
{
    /**
     * INFO.
     *
     * @return array<string, string|int|float>|false false: there is no such section, as in phpredis 6
     */
    public static function info(string $text): array|false
    {
        if ($text === '') {
            return false;
        }
        $info = [];
        foreach (\explode("\r\n", $text) as $line) {
            $parts = \explode(':', $line, 2);
            if (isset($parts[1]) && $line[0] !== '#') {
                $info[$parts[0]] = \is_numeric($parts[1]) ? $parts[1] + 0 : $parts[1];
            }
        }
        return $info;
    }

    /**
     * CLIENT LIST.
     *
     * @return list<array<string, string|int>> one entry per client; a number is an integer, as in phpredis 6
     */
    public static function clients(string $text): array
    {
        $clients = [];
        foreach (\explode("\n", \rtrim($text)) as $line) {
            $client = [];
            foreach (\explode(' ', $line) as $field) {
                $parts = \explode('=', $field, 2);
                if (isset($parts[1])) {
                    $client[$parts[0]] = \preg_match('/^-?\d+$/D', $parts[1]) === 1 ? (int) $parts[1] : $parts[1];
                }
            }
            if ($client !== []) {
                $clients[] = $client;
            }
        }
        return $clients;
    }
}
