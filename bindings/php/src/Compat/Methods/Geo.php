<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Geo
{
    public function geoAdd($key, $lng, $lat, $member, ...$other_triples_and_options): static|int|false
    {
        return $this->reply($this->cluster->geoAdd(...(\func_get_args() + $other_triples_and_options))) ?? false;
    }

    public function geoDist($key, $src, $dst, $unit = null): static|float|false
    {
        return $this->reply($this->cluster->geoDist(...\func_get_args())) ?? false;
    }

    public function geoHash($key, $member, ...$other_members): static|array|false
    {
        return $this->reply($this->cluster->geoHash(...(\func_get_args() + $other_members))) ?? false;
    }

    public function geoPos($key, $member, ...$other_members): static|array|false
    {
        return $this->reply($this->cluster->geoPos(...(\func_get_args() + $other_members))) ?? false;
    }

    public function geoRadius($key, $lng, $lat, $radius, $unit, $options = []): mixed
    {
        return $this->reply($this->cluster->geoRadius(...\func_get_args()));
    }

    public function geoRadius_ro($key, $lng, $lat, $radius, $unit, $options = []): mixed
    {
        return $this->reply($this->cluster->geoRadius_ro(...\func_get_args()));
    }

    public function geoRadiusByMember($key, $member, $radius, $unit, $options = []): mixed
    {
        return $this->reply($this->cluster->geoRadiusByMember(...\func_get_args()));
    }

    public function geoRadiusByMember_ro($key, $member, $radius, $unit, $options = []): mixed
    {
        return $this->reply($this->cluster->geoRadiusByMember_ro(...\func_get_args()));
    }

    public function geoSearchStore($dst, $src, $position, $shape, $unit, $options = []): static|array|int|false
    {
        return $this->reply($this->cluster->geoSearchStore(...\func_get_args())) ?? false;
    }
}
