<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Channels by `make generated`: do not edit.
 *
 * @internal
 */
trait Channels
{
    /** @return static|int|false */
    public function publish(?string $channel, ?string $message): static|int|false|null
    {
        return $this->runMethod('publish', \func_get_args());
    }

    public function pubsub(?string $command, mixed $arg = null): mixed
    {
        return $this->runMethod('pubsub', \func_get_args());
    }

    /** @return static|int|false */
    public function sPublish(?string $channel, ?string $message): static|int|false|null
    {
        return $this->runMethod('sPublish', \func_get_args());
    }
}
