<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * Logs the first key whose hash tag is removed, if the configuration has no `hash_tag`: to programs that use braces as part of their keys,
 * `queues:{high}` and `queues:{low}` would be one key.
 *
 * @internal
 */
final class StrippedTagNotice
{
    /** One in so many requests logs: a worker of PHP-FPM starts every request without memory of the ones before. */
    private const REQUESTS = 100;

    private static ?bool $isDue = null;

    public static function isDue(): bool
    {
        return self::$isDue ??= \in_array(\PHP_SAPI, ['cli', 'phpdbg'], true) || \random_int(1, self::REQUESTS) === 1;
    }

    /** @param mixed $key the first argument of a command, or its keys; only the first is looked at */
    public static function log(Options $options, mixed $key): void
    {
        $key = \is_array($key) && $key !== [] ? \reset($key) : $key;
        if (!\is_string($key) || !\str_ends_with($key, '}') || !\strrpos($key, '{')) {
            return;
        }
        $options->logsStrippedTag = false;
        if (self::isDue()) {
            self::$isDue = false;
            [$name, $tag] = [\substr($key, 0, \strrpos($key, '{')), \substr($key, \strrpos($key, '{') + 1, -1)];
            \error_log("RedisCluster: the key $key is stored as $name, on the node of $tag: without `hash_tag` in the configuration, the rule is that of "
                . "rediscluster-php. If your program writes braces as part of its keys, set 'hash_tag' => 'keep'; if these are hash tags of "
                . "rediscluster-php, set 'hash_tag' => 'strip', and this is not logged. `rediscluster-doctor --config=FILE` says which one fits the data");
        }
    }
}
