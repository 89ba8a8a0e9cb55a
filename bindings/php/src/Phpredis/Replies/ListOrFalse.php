<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal a list, or false if there is no such key */
final class ListOrFalse
{
    /** @return list<mixed>|false */
    public static function values(mixed $reply, mixed $context, ReplyConverter $convert): array|false
    {
        return \is_array($reply) ? $convert->unpackAll($reply) : false;
    }
}
