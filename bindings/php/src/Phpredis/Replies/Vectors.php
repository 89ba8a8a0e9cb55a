<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal vector sets */
final class Vectors
{
    /** @return mixed the decoded JSON; the JSON text if $decode is false */
    public static function attributes(mixed $reply, mixed $decode, ReplyConverter $convert): mixed
    {
        return $decode && \is_string($reply) ? \json_decode($reply, true) : $reply;
    }

    /** @return list<array<mixed>>|false per layer, members or member => score */
    public static function links(mixed $reply, mixed $withScores, ReplyConverter $convert): array|false
    {
        if (!\is_array($reply)) {
            return false;
        }
        return \array_map(static function (array $layer) use ($withScores, $convert): array {
            if (!$withScores) {
                return $convert->unpackAll($layer);
            }
            $scores = [];
            foreach (\array_chunk($layer, 2) as [$member, $score]) {
                $scores[$member] = $score;
            }
            return $convert->scores($scores);
        }, $reply);
    }
}
