<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

/** @internal */
final class Servers
{
    /** ACL GETUSER. */
    public static function user(mixed $reply): mixed
    {
        return \is_array($reply) ? self::pairs($reply) : $reply;
    }

    /** ACL LOG: a list of them. */
    public static function log(mixed $reply): mixed
    {
        return \is_array($reply) ? \array_map(self::user(...), $reply) : $reply;
    }

    /**
     * A flat list as name => value.
     *
     * @param array<mixed> $list
     * @return array<mixed>
     */
    public static function pairs(array $list): array
    {
        $pairs = [];
        for ($i = 0, $end = \count($list) - 1; $i < $end; $i += 2) {
            $pairs[$list[$i]] = $list[$i + 1];
        }
        return $pairs;
    }
}
