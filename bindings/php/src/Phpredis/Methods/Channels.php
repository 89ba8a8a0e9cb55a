<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Channels as Build;

/** @internal rows of MethodTable. Phpredis\Subscriptions has the methods that wait for messages. */
final class Channels
{
    public const TABLE = [
        'publish' => ['PUBLISH', 'ks', 'int', 'publish(string $channel, string $message): int|false'],
        'pubsub' => ['PUBSUB', [Build::class, 'pubsub'], 'any', 'pubsub(string $command, mixed $arg = null): mixed'],
        'spublish' => ['SPUBLISH', 'ks', 'int', 'sPublish(string $channel, string $message): int|false'],
    ];
}
