<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Channels
{
    public function publish($channel, $message): static|int|false
    {
        return $this->reply($this->cluster->publish(...\func_get_args())) ?? false;
    }

    public function pubsub($command, $arg = null, ...$more): mixed
    {
        return $this->reply($this->cluster->pubsub(...\func_get_args()));
    }

    public function sPublish($channel, $message): static|int|false
    {
        return $this->reply($this->cluster->sPublish(...\func_get_args())) ?? false;
    }
}
