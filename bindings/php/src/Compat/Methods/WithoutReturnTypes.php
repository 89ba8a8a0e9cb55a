<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait WithoutReturnTypes
{
    public function geoSearch($key, $position, $shape, $unit, $options = [])
    {
        return $this->reply($this->cluster->geoSearch(...\func_get_args()));
    }

    public function pExpire($key, $timeout, $mode = null)
    {
        return $this->reply($this->cluster->pExpire(...\func_get_args()));
    }

    public function sortAsc($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null)
    {
        return $this->reply($this->cluster->sortAsc(...\func_get_args()));
    }

    public function sortAscAlpha($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null)
    {
        return $this->reply($this->cluster->sortAscAlpha(...\func_get_args()));
    }

    public function sortDesc($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null)
    {
        return $this->reply($this->cluster->sortDesc(...\func_get_args()));
    }

    public function sortDescAlpha($key, $pattern = null, $get = null, $offset = -1, $count = -1, $store = null)
    {
        return $this->reply($this->cluster->sortDescAlpha(...\func_get_args()));
    }

    public function wait($numreplicas, $timeout)
    {
        return $this->reply($this->cluster->wait(...\func_get_args()));
    }

    public function sAddArray($key, $values)
    {
        return $this->reply($this->cluster->sAddArray(...\func_get_args()));
    }

    public function xAck($key, $group, $ids)
    {
        return $this->reply($this->cluster->xAck(...\func_get_args()));
    }

    public function lastSave()
    {
        return $this->reply($this->cluster->lastSave(...\func_get_args()));
    }
}
