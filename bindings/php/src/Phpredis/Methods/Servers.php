<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

/** @internal part of the table: see Methods */
final class Servers
{
    public const TABLE = [
    ];
}
