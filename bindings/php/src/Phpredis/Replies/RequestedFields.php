<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal values of the requested fields, which are the reply context */
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
