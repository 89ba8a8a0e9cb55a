<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Sets
{
    /**
     * sPop and sRandMember($key, $count): with a count, the reply is an array.
     *
     * @param array<mixed> $arguments
     */
    public static function popOrSample(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        if (\count($arguments) === 2) {
            $call->command[] = $convert->int($arguments[1], 1);
            $call->replyType = 'values';
        }
    }

    /**
     * sInterCard and zInterCard($keys, $limit).
     *
     * @param array<mixed> $arguments
     */
    public static function cardinality(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 2);
        $keys = $convert->array($arguments[0], 0);
        \array_push($call->command, \count($keys), $convert->keys($keys));
        if (isset($arguments[1])) {
            $limit = $convert->int($arguments[1], 1);
            if ($limit < 0) {
                return $convert->refuse('LIMIT cannot be negative');
            }
            \array_push($call->command, 'LIMIT', $limit);
        }
        return $keys !== [] || $convert->refuse('Must pass at least one key');
    }
}
