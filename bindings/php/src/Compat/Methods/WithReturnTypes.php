<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait WithReturnTypes
{
    public function geoSearch($key, $position, $shape, $unit, $options = []): array
    {
        return \is_array($reply = $this->cluster->geoSearch(...\func_get_args())) ? $reply : [];
    }

    public function pExpire($key, $timeout, $mode = null): bool
    {
        return \is_bool($reply = $this->cluster->pExpire(...\func_get_args())) ? $reply : true;
    }

    public function sortAsc($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null): array
    {
        return \is_array($reply = $this->cluster->sortAsc(...\func_get_args())) ? $reply : [];
    }

    public function sortAscAlpha($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null): array
    {
        return \is_array($reply = $this->cluster->sortAscAlpha(...\func_get_args())) ? $reply : [];
    }

    public function sortDesc($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null): array
    {
        return \is_array($reply = $this->cluster->sortDesc(...\func_get_args())) ? $reply : [];
    }

    public function sortDescAlpha($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null): array
    {
        return \is_array($reply = $this->cluster->sortDescAlpha(...\func_get_args())) ? $reply : [];
    }

    public function wait($numreplicas, $timeout): int|false
    {
        return \is_int($reply = $this->cluster->wait(...\func_get_args())) ? $reply : false;
    }

    public function sAddArray($key, $values): int
    {
        return \is_int($reply = $this->cluster->sAddArray(...\func_get_args())) ? $reply : 0;
    }

    public function xAck($key, $group, $ids): int|false
    {
        return \is_int($reply = $this->cluster->xAck(...\func_get_args())) ? $reply : false;
    }

    public function lastSave(): int
    {
        return \is_int($reply = $this->cluster->lastSave(...\func_get_args())) ? $reply : 0;
    }
}
