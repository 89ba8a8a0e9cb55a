<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal a value and its length in bytes */
final class ValueWithLength
{
    /** @return array{mixed, array{length: int}}|false */
    public static function value(mixed $reply, mixed $context, ReplyConverter $convert): array|false
    {
        return \is_string($reply) ? [$convert->unpackAll([$reply])[0], ['length' => \strlen($reply)]] : [false, ['length' => -1]];
    }
}
