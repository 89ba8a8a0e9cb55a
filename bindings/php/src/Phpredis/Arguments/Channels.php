<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Channels
{
    /**
     * pubsub('channels', $pattern), pubsub('numsub', $channels), pubsub('numpat'). Channels in the reply keep their prefix.
     *
     * @param array<mixed> $arguments
     */
    public static function pubsub(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 2);
        $topic = $call->command[] = \strtoupper($convert->string($arguments[0], 0));
        switch ($topic) {
            case 'CHANNELS':
            case 'SHARDCHANNELS':
                if (!isset($arguments[1])) {
                    return \count($arguments) === 1;
                }
                $call->command[] = \is_string($arguments[1]) ? $convert->pattern($arguments[1], 1) : null;
                return \is_string($arguments[1]);
            case 'NUMSUB':
            case 'SHARDNUMSUB':
                $call->replyType = 'map';
                if (\count($arguments) === 1) {
                    return true; // of no channels
                }
                if (!\is_array($arguments[1]) || $arguments[1] === []) {
                    return false;
                }
                $call->command[] = $convert->patterns($arguments[1]);
                return true;
            default:
                $call->replyType = 'int';
                return $topic === 'NUMPAT';
        }
    }
}
