<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal answers under the names that were asked for, which are the context of the call */
final class RequestedFields
{
    /**
     * @param list<string|int> $names
     * @return array<mixed>|false
     */
    public static function values(mixed $reply, array $names, ReplyConverter $convert): array|false
    {
        return \is_array($reply) ? \array_combine($names, $convert->unpackAll($reply)) : false;
    }
}
