<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Sets
{
    /**
     * sPop($key, $count): with a count, an array.
     *
     * @param array<mixed> $arguments
     */
    public static function some(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 2);
        $call->command[] = $as->key($arguments[0], 0);
        if (\count($arguments) === 2) {
            $call->command[] = $as->int($arguments[1], 1);
            $call->reply = 'values';
        }
    }

    /**
     * sInterCard($keys, $limit), and zInterCard.
     *
     * @param array<mixed> $arguments
     */
    public static function limited(Call $call, array $arguments, Arguments $as): bool
    {
        $as->counted($arguments, 1, 2);
        $keys = $as->array($arguments[0], 0);
        \array_push($call->command, \count($keys), $as->keys($keys));
        $limit = $as->int($arguments[1] ?? -1, 1);
        if ($limit >= 0) {
            \array_push($call->command, 'LIMIT', $limit);
        }
        return $keys !== [];
    }
}
