<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\Replies;

/** @internal lists that are false where there is no key */
final class Sometimes
{
    /** @return list<mixed>|false */
    public static function values(mixed $reply, mixed $context, Replies $as): array|false
    {
        return \is_array($reply) ? $as->unpacked($reply) : false;
    }
}
