<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Strings
{
    public function get($key): mixed
    {
        return $this->reply($this->cluster->get(...\func_get_args()));
    }

    public function set($key, $value, $options = null): static|string|bool
    {
        return $this->reply($this->cluster->set(...\func_get_args())) ?? false;
    }

    public function append($key, $value): static|int|false
    {
        return $this->reply($this->cluster->append(...\func_get_args())) ?? false;
    }

    public function decr($key, $by = 1): static|int|false
    {
        return $this->reply($this->cluster->decr(...\func_get_args())) ?? false;
    }

    public function decrBy($key, $value): static|int|false
    {
        return $this->reply($this->cluster->decrBy(...\func_get_args())) ?? false;
    }

    public function delex($key, $options = []): static|int|false
    {
        return $this->reply($this->cluster->delex(...\func_get_args())) ?? false;
    }

    public function delifeq($key, $value): static|int|false
    {
        return $this->reply($this->cluster->delifeq(...\func_get_args())) ?? false;
    }

    public function digest($key): static|string|false
    {
        return $this->reply($this->cluster->digest(...\func_get_args())) ?? false;
    }

    public function getDel($key): static|string|bool
    {
        return $this->reply($this->cluster->getDel(...\func_get_args())) ?? false;
    }

    public function getEx($key, $options = []): static|string|bool
    {
        return $this->reply($this->cluster->getEx(...\func_get_args())) ?? false;
    }

    public function getMultiple($keys): static|array|false
    {
        return $this->reply($this->cluster->getMultiple(...\func_get_args())) ?? false;
    }

    public function getRange($key, $start, $end): static|string|false
    {
        return $this->reply($this->cluster->getRange(...\func_get_args())) ?? false;
    }

    public function getSet($key, $value): static|string|false
    {
        return $this->reply($this->cluster->getSet(...\func_get_args())) ?? false;
    }

    public function getWithMeta($key): static|array|false
    {
        return $this->reply($this->cluster->getWithMeta(...\func_get_args())) ?? false;
    }

    public function incr($key, $by = 1): static|int|false
    {
        return $this->reply($this->cluster->incr(...\func_get_args())) ?? false;
    }

    public function incrBy($key, $value): static|int|false
    {
        return $this->reply($this->cluster->incrBy(...\func_get_args())) ?? false;
    }

    public function incrByFloat($key, $value): static|float|false
    {
        return $this->reply($this->cluster->incrByFloat(...\func_get_args())) ?? false;
    }

    public function lcs($key1, $key2, $options = null): static|array|string|int|false
    {
        return $this->reply($this->cluster->lcs(...\func_get_args())) ?? false;
    }

    public function mGet($keys): static|array|false
    {
        return $this->reply($this->cluster->mGet(...\func_get_args())) ?? false;
    }

    public function mSet($key_values): static|bool
    {
        return $this->reply($this->cluster->mSet(...\func_get_args())) ?? false;
    }

    public function mSetEx($key_vals, $expiry = null): static|int|false
    {
        return $this->reply($this->cluster->mSetEx(...\func_get_args())) ?? false;
    }

    public function mSetNx($key_values): static|bool
    {
        return $this->reply($this->cluster->mSetNx(...\func_get_args())) ?? false;
    }

    public function pSetEx($key, $expire, $value): static|bool
    {
        return $this->reply($this->cluster->pSetEx(...\func_get_args())) ?? false;
    }

    public function setEx($key, $expire, $value)
    {
        return $this->reply($this->cluster->setEx(...\func_get_args()));
    }

    public function setNx($key, $value): static|bool
    {
        return $this->reply($this->cluster->setNx(...\func_get_args())) ?? false;
    }

    public function setRange($key, $index, $value): static|int|false
    {
        return $this->reply($this->cluster->setRange(...\func_get_args())) ?? false;
    }

    public function strLen($key): static|int|false
    {
        return $this->reply($this->cluster->strLen(...\func_get_args())) ?? false;
    }

    public function substr($key, $start, $end): static|string|false
    {
        return $this->reply($this->cluster->substr(...\func_get_args())) ?? false;
    }
}
