<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\Replies;

/** @internal a value together with its length */
final class Meta
{
    /** @return array{mixed, array{length: int}}|false */
    public static function value(mixed $reply, mixed $context, Replies $as): array|false
    {
        return \is_string($reply) ? [$as->unpacked([$reply])[0], ['length' => \strlen($reply)]] : [false, ['length' => -1]];
    }
}
