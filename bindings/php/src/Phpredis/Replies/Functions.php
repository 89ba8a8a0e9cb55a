<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

/** @internal functions and their libraries */
final class Functions
{
    /** FUNCTION STATS: the running script, and its engines with their numbers of libraries and functions. */
    public static function stats(mixed $reply): mixed
    {
        $stats = FieldMap::of($reply);
        foreach (['running_script', 'engines'] as $name) {
            if (isset($stats[$name])) {
                $stats[$name] = FieldMap::of($stats[$name]);
            }
        }
        if (\is_array($stats['engines'] ?? null)) {
            $stats['engines'] = FieldMap::ofEach($stats['engines']);
        }
        return $stats;
    }

    /** FUNCTION LIST: the libraries, each with its functions. */
    public static function list(mixed $reply): mixed
    {
        $libraries = FieldMap::ofEach($reply);
        foreach (\is_array($libraries) ? $libraries : [] as $place => $library) {
            $libraries[$place]['functions'] = FieldMap::ofEach($library['functions'] ?? []);
        }
        return $libraries;
    }
}
