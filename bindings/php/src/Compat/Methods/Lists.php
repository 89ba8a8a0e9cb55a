<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Lists
{
    public function blMove($src, $dst, $wherefrom, $whereto, $timeout): static|string|false
    {
        return $this->reply($this->cluster->blMove(...\func_get_args())) ?? false;
    }

    public function blMPop($timeout, $keys, $from, $count = 1): static|array|false|null
    {
        return $this->reply($this->cluster->blMPop(...\func_get_args()));
    }

    public function blPop($key_or_keys, $timeout_or_key, ...$extra_args): static|array|false|null
    {
        return $this->reply($this->cluster->blPop(...(\func_get_args() + $extra_args)));
    }

    public function brPop($key_or_keys, $timeout_or_key, ...$extra_args): static|array|false|null
    {
        return $this->reply($this->cluster->brPop(...(\func_get_args() + $extra_args)));
    }

    public function brPopLPush($src, $dst, $timeout): static|string|false
    {
        return $this->reply($this->cluster->brPopLPush(...\func_get_args())) ?? false;
    }

    public function lGet($key, $index): mixed
    {
        return $this->reply($this->cluster->lGet(...\func_get_args()));
    }

    public function lGetRange($key, $start, $end): static|array|false
    {
        return $this->reply($this->cluster->lGetRange(...\func_get_args())) ?? false;
    }

    public function lIndex($key, $index): mixed
    {
        return $this->reply($this->cluster->lIndex(...\func_get_args()));
    }

    public function lInsert($key, $pos, $pivot, $value)
    {
        return $this->reply($this->cluster->lInsert(...\func_get_args()));
    }

    public function listTrim($key, $start, $end): static|bool
    {
        return $this->reply($this->cluster->listTrim(...\func_get_args())) ?? false;
    }

    public function lLen($key): static|int|false
    {
        return $this->reply($this->cluster->lLen(...\func_get_args())) ?? false;
    }

    public function lMove($src, $dst, $wherefrom, $whereto): static|string|false
    {
        return $this->reply($this->cluster->lMove(...\func_get_args())) ?? false;
    }

    public function lMPop($keys, $from, $count = 1): static|array|false|null
    {
        return $this->reply($this->cluster->lMPop(...\func_get_args()));
    }

    public function lPop($key, $count = 0): static|array|string|bool
    {
        return $this->reply($this->cluster->lPop(...\func_get_args())) ?? false;
    }

    public function lPos($key, $value, $options = null): static|array|int|bool|null
    {
        return $this->reply($this->cluster->lPos(...\func_get_args()));
    }

    public function lPush($key, ...$elements): static|int|false
    {
        return $this->reply($this->cluster->lPush(...(\func_get_args() + $elements))) ?? false;
    }

    public function lPushX($key, $value): static|int|false
    {
        return $this->reply($this->cluster->lPushX(...\func_get_args())) ?? false;
    }

    public function lRange($key, $start, $end): static|array|false
    {
        return $this->reply($this->cluster->lRange(...\func_get_args())) ?? false;
    }

    public function lRem($key, $value, $count = 0): static|int|false
    {
        return $this->reply($this->cluster->lRem(...\func_get_args())) ?? false;
    }

    public function lRemove($key, $value, $count = 0): static|int|false
    {
        return $this->reply($this->cluster->lRemove(...\func_get_args())) ?? false;
    }

    public function lSet($key, $index, $value): static|bool
    {
        return $this->reply($this->cluster->lSet(...\func_get_args())) ?? false;
    }

    public function lSize($key): static|int|false
    {
        return $this->reply($this->cluster->lSize(...\func_get_args())) ?? false;
    }

    public function lTrim($key, $start, $end): static|bool
    {
        return $this->reply($this->cluster->lTrim(...\func_get_args())) ?? false;
    }

    public function rPop($key, $count = 0): static|array|string|bool
    {
        return $this->reply($this->cluster->rPop(...\func_get_args())) ?? false;
    }

    public function rPopLPush($srckey, $dstkey): static|string|false
    {
        return $this->reply($this->cluster->rPopLPush(...\func_get_args())) ?? false;
    }

    public function rPush($key, ...$elements): static|int|false
    {
        return $this->reply($this->cluster->rPush(...(\func_get_args() + $elements))) ?? false;
    }

    public function rPushX($key, $value): static|int|false
    {
        return $this->reply($this->cluster->rPushX(...\func_get_args())) ?? false;
    }
}
