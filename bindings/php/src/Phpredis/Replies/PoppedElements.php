<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal elements popped from the first non-empty of several keys: [key, elements] */
final class PoppedElements
{
    /** @return list<mixed>|null [key, element], or [key, member, score] with the score as text */
    public static function one(mixed $reply, mixed $context, ReplyConverter $convert): ?array
    {
        if (!\is_array($reply)) {
            return $convert->nilArray();
        }
        $reply[1] = $convert->unpackAll([$reply[1]])[0];
        return $reply;
    }

    /** @return array{string, list<mixed>}|false|null */
    public static function values(mixed $reply, mixed $context, ReplyConverter $convert): array|false|null
    {
        return \is_array($reply) ? [$reply[0], $convert->unpackAll($reply[1])] : self::nil($convert);
    }

    /** @return array{string, array<float>}|false|null */
    public static function scores(mixed $reply, mixed $context, ReplyConverter $convert): array|false|null
    {
        return \is_array($reply) ? [$reply[0], $convert->scores(\array_column($reply[1], 1, 0))] : self::nil($convert);
    }

    private static function nil(ReplyConverter $convert): ?bool
    {
        return $convert->options->nullArrayAsNull ? null : false;
    }
}
