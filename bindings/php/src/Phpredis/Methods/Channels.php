<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Channels as Build;

/** @internal part of the table: see Methods. What waits for messages is in the trait Subscriptions. */
final class Channels
{
    public const TABLE = [
        'publish' => ['PUBLISH', 'ks', 'int'],
        'pubsub' => ['PUBSUB', [Build::class, 'inquire'], 'list'],
        'spublish' => ['SPUBLISH', 'ks', 'int'],
    ];
}
