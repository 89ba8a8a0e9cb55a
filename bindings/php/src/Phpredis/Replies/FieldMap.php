<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

/** @internal flat lists of names and values, as name => value */
final class FieldMap
{
    /** For ACL GETUSER, CONFIG GET and the like. Other replies are returned unchanged. */
    public static function of(mixed $reply): mixed
    {
        return \is_array($reply) ? self::fromList($reply) : $reply;
    }

    /** For a list of such lists, as of ACL LOG. */
    public static function ofEach(mixed $reply): mixed
    {
        return \is_array($reply) ? \array_map(self::of(...), $reply) : $reply;
    }

    /**
     * @param array<mixed> $list
     * @return array<mixed>
     */
    public static function fromList(array $list): array
    {
        $map = [];
        for ($i = 1, $end = \count($list); $i < $end; $i += 2) {
            $map[$list[$i - 1]] = $list[$i];
        }
        return $map;
    }
}
