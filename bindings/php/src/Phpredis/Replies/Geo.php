<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;
use RedisCluster\Request;

/** @internal geospatial indexes */
final class Geo
{
    /**
     * [longitude, latitude] of each member, as text; a nil array if there is no such member.
     *
     * @param list<list<string>|false> $reply
     * @return list<list<string>|null>
     */
    public static function positions(array $reply, mixed $context, ReplyConverter $convert): array
    {
        return \array_map(static fn (array|false $position): ?array => $position === false ? $convert->nilArray() : $position, $reply);
    }

    /**
     * Members, or [member, requested attributes …].
     *
     * @return list<mixed>
     */
    public static function found(mixed $reply, bool $hasAttributes, ReplyConverter $convert): array
    {
        if (!\is_array($reply)) {
            return [];
        }
        $unpackMember = static fn (array $one): array => \array_replace($one, $convert->unpackAll([$one[0]]));
        return $hasAttributes ? \array_map($unpackMember, $reply) : $convert->unpackAll($reply);
    }

    /**
     * member => requested attributes: distance and coordinates as floats, the hash as an integer.
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
