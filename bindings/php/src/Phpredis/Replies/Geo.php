<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\ReplyConverter;
use RedisCluster\Request;

/** @internal places on the earth */
final class Geo
{
    /**
     * [longitude, latitude] of each member, as the server writes them; nothing where there is no such member.
     *
     * @param list<list<string>|false> $reply
     * @return list<list<string>|null>
     */
    public static function positions(array $reply, mixed $context, ReplyConverter $convert): array
    {
        return \array_map(static fn (array|false $position): ?array => $position === false ? $convert->nilArray() : $position, $reply);
    }

    /**
     * Members; or [member, and what was asked for with it].
     *
     * @return list<mixed>
     */
    public static function found(mixed $reply, bool $with, ReplyConverter $convert): array
    {
        if (!\is_array($reply)) {
            return [];
        }
        $named = static fn (array $one): array => \array_replace($one, $convert->unpackAll([$one[0]]));
        return $with ? \array_map($named, $reply) : $convert->unpackAll($reply);
    }

    /**
     * member => what was asked for with it: distance and coordinates as floats, the hash as an integer.
     *
     * @param list<list<mixed>> $reply
     * @return array<list<mixed>>
     */
    public static function foundWith(array $reply, mixed $context, ReplyConverter $convert): array
    {
        $found = [];
        foreach ($reply as $one) {
            $member = $convert->unpackAll([\array_shift($one)])[0];
            $found[\is_int($member) ? $member : Request::toText($member)] = \array_map(self::numbers(...), $one);
        }
        return $found;
    }

    private static function numbers(mixed $value): mixed
    {
        return match (true) {
            \is_array($value) => \array_map(self::numbers(...), $value),
            \is_string($value) => (float) $value,
            default => $value,
        };
    }
}
