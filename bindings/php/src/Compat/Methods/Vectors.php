<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Vectors
{
    public function vAdd($key, $values, $element, $options = []): static|int|false
    {
        return $this->reply($this->cluster->vAdd(...\func_get_args())) ?? false;
    }

    public function vCard($key): static|int|false
    {
        return $this->reply($this->cluster->vCard(...\func_get_args())) ?? false;
    }

    public function vDim($key): static|int|false
    {
        return $this->reply($this->cluster->vDim(...\func_get_args())) ?? false;
    }

    public function vEmb($key, $member, $raw = false): static|array|false
    {
        return $this->reply($this->cluster->vEmb(...\func_get_args())) ?? false;
    }

    public function vGetAttr($key, $member, $decode = true): static|array|string|false
    {
        return $this->reply($this->cluster->vGetAttr(...\func_get_args())) ?? false;
    }

    public function vInfo($key): static|array|false
    {
        return $this->reply($this->cluster->vInfo(...\func_get_args())) ?? false;
    }

    public function vIsMember($key, $member): static|bool
    {
        return $this->reply($this->cluster->vIsMember(...\func_get_args())) ?? false;
    }

    public function vLinks($key, $member, $withscores = false): static|array|false
    {
        return $this->reply($this->cluster->vLinks(...\func_get_args())) ?? false;
    }

    public function vRandMember($key, $count = 0): mixed
    {
        return $this->reply($this->cluster->vRandMember(...\func_get_args()));
    }

    public function vRange($key, $min, $max, $count = -1): static|array|false
    {
        return $this->reply($this->cluster->vRange(...\func_get_args())) ?? false;
    }

    public function vRem($key, $member): static|int|false
    {
        return $this->reply($this->cluster->vRem(...\func_get_args())) ?? false;
    }

    public function vSetAttr($key, $member, $attributes): static|int|false
    {
        return $this->reply($this->cluster->vSetAttr(...\func_get_args())) ?? false;
    }

    public function vSim($key, $member, $options = []): static|array|false
    {
        return $this->reply($this->cluster->vSim(...\func_get_args())) ?? false;
    }
}
