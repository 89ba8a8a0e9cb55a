<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\Replies;

/** @internal what was taken from the first of several keys: [key, elements] */
final class Popped
{
    /** @return list<mixed>|null [key, element], or [key, member, score], the score as text */
    public static function one(mixed $reply, mixed $context, Replies $as): ?array
    {
        if (!\is_array($reply)) {
            return $as->nothing();
        }
        $reply[1] = $as->unpacked([$reply[1]])[0];
        return $reply;
    }

    /** @return array{string, list<mixed>}|false|null */
    public static function values(mixed $reply, mixed $context, Replies $as): array|false|null
    {
        return \is_array($reply) ? [$reply[0], $as->unpacked($reply[1])] : self::none($as);
    }

    /** @return array{string, array<float>}|false|null */
    public static function scores(mixed $reply, mixed $context, Replies $as): array|false|null
    {
        return \is_array($reply) ? [$reply[0], $as->scores(\array_column($reply[1], 1, 0))] : self::none($as);
    }

    private static function none(Replies $as): ?bool
    {
        return $as->options->nullArrayAsNull ? null : false;
    }
}
