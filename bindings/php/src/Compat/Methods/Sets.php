<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Sets
{
    public function sAdd($key, $value, ...$other_values): static|int|false
    {
        return $this->reply($this->cluster->sAdd(...(\func_get_args() + $other_values))) ?? false;
    }

    public function sCard($key): static|int|false
    {
        return $this->reply($this->cluster->sCard(...\func_get_args())) ?? false;
    }

    public function sContains($key, $value): static|bool
    {
        return $this->reply($this->cluster->sContains(...\func_get_args())) ?? false;
    }

    public function sDiff($key, ...$other_keys): static|array|false
    {
        return $this->reply($this->cluster->sDiff(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function sDiffStore($dst, $key = null, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->sDiffStore(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function sGetMembers($key): static|array|false
    {
        return $this->reply($this->cluster->sGetMembers(...\func_get_args())) ?? false;
    }

    public function sInter($key, ...$other_keys): static|array|false
    {
        return $this->reply($this->cluster->sInter(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function sInterCard($keys, $limit = -1): static|int|false
    {
        return $this->reply($this->cluster->sInterCard(...\func_get_args())) ?? false;
    }

    public function sInterStore($key, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->sInterStore(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function sIsMember($key, $value): static|bool
    {
        return $this->reply($this->cluster->sIsMember(...\func_get_args())) ?? false;
    }

    public function sMembers($key): static|array|false
    {
        return $this->reply($this->cluster->sMembers(...\func_get_args())) ?? false;
    }

    public function sMisMember($key, $member, ...$other_members): static|array|false
    {
        return $this->reply($this->cluster->sMisMember(...(\func_get_args() + $other_members))) ?? false;
    }

    public function sMove($src, $dst, $value): static|bool
    {
        return $this->reply($this->cluster->sMove(...\func_get_args())) ?? false;
    }

    public function sPop($key, $count = 0): static|array|string|false
    {
        return $this->reply($this->cluster->sPop(...\func_get_args())) ?? false;
    }

    public function sRandMember($key, $count = 0): mixed
    {
        return $this->reply($this->cluster->sRandMember(...\func_get_args()));
    }

    public function sRem($key, $value, ...$other_values): static|int|false
    {
        return $this->reply($this->cluster->sRem(...(\func_get_args() + $other_values))) ?? false;
    }

    public function sRemove($key, $value, ...$other_values): static|int|false
    {
        return $this->reply($this->cluster->sRemove(...(\func_get_args() + $other_values))) ?? false;
    }

    public function sSize($key): static|int|false
    {
        return $this->reply($this->cluster->sSize(...\func_get_args())) ?? false;
    }

    public function sUnion($key, ...$other_keys): static|array|false
    {
        return $this->reply($this->cluster->sUnion(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function sUnionStore($dst, $key = null, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->sUnionStore(...(\func_get_args() + $other_keys))) ?? false;
    }
}
