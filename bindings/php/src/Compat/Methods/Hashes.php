<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Hashes
{
    public function hDel($key, $field, ...$other_fields): static|int|false
    {
        return $this->reply($this->cluster->hDel(...(\func_get_args() + $other_fields))) ?? false;
    }

    public function hExists($key, $field): static|bool
    {
        return $this->reply($this->cluster->hExists(...\func_get_args())) ?? false;
    }

    public function hExpire($key, $ttl, $fields, $mode = null): static|array|false
    {
        return $this->reply($this->cluster->hExpire(...\func_get_args())) ?? false;
    }

    public function hExpireAt($key, $time, $fields, $mode = null): static|array|false
    {
        return $this->reply($this->cluster->hExpireAt(...\func_get_args())) ?? false;
    }

    public function hExpireTime($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hExpireTime(...\func_get_args())) ?? false;
    }

    public function hGet($key, $member): mixed
    {
        return $this->reply($this->cluster->hGet(...\func_get_args()));
    }

    public function hGetAll($key): static|array|false
    {
        return $this->reply($this->cluster->hGetAll(...\func_get_args())) ?? false;
    }

    public function hGetDel($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hGetDel(...\func_get_args())) ?? false;
    }

    public function hGetEx($key, $fields, $expiry = null): static|array|false
    {
        return $this->reply($this->cluster->hGetEx(...\func_get_args())) ?? false;
    }

    public function hGetWithMeta($key, $member): static|array
    {
        return $this->reply($this->cluster->hGetWithMeta(...\func_get_args())) ?? [];
    }

    public function hIncrBy($key, $field, $value): static|int|false
    {
        return $this->reply($this->cluster->hIncrBy(...\func_get_args())) ?? false;
    }

    public function hIncrByFloat($key, $field, $value): static|float|false
    {
        return $this->reply($this->cluster->hIncrByFloat(...\func_get_args())) ?? false;
    }

    public function hKeys($key): static|array|false
    {
        return $this->reply($this->cluster->hKeys(...\func_get_args())) ?? false;
    }

    public function hLen($key): static|int|false
    {
        return $this->reply($this->cluster->hLen(...\func_get_args())) ?? false;
    }

    public function hMGet($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hMGet(...\func_get_args())) ?? false;
    }

    public function hMSet($key, $fieldvals): static|bool
    {
        return $this->reply($this->cluster->hMSet(...\func_get_args())) ?? false;
    }

    public function hPersist($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hPersist(...\func_get_args())) ?? false;
    }

    public function hPExpire($key, $ttl, $fields, $mode = null): static|array|false
    {
        return $this->reply($this->cluster->hPExpire(...\func_get_args())) ?? false;
    }

    public function hPExpireAt($key, $mstime, $fields, $mode = null): static|array|false
    {
        return $this->reply($this->cluster->hPExpireAt(...\func_get_args())) ?? false;
    }

    public function hPExpireTime($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hPExpireTime(...\func_get_args())) ?? false;
    }

    public function hPTtl($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hPTtl(...\func_get_args())) ?? false;
    }

    public function hRandField($key, $options = null): static|array|string|false
    {
        return $this->reply($this->cluster->hRandField(...\func_get_args())) ?? false;
    }

    public function hSet($key, ...$fields_and_vals): static|int|false
    {
        return $this->reply($this->cluster->hSet(...(\func_get_args() + $fields_and_vals))) ?? false;
    }

    public function hSetEx($key, $fields, $expiry = null): static|int|false
    {
        return $this->reply($this->cluster->hSetEx(...\func_get_args())) ?? false;
    }

    public function hSetNx($key, $field, $value): static|bool
    {
        return $this->reply($this->cluster->hSetNx(...\func_get_args())) ?? false;
    }

    public function hStrLen($key, $field): static|int|false
    {
        return $this->reply($this->cluster->hStrLen(...\func_get_args())) ?? false;
    }

    public function hTtl($key, $fields): static|array|false
    {
        return $this->reply($this->cluster->hTtl(...\func_get_args())) ?? false;
    }

    public function hVals($key): static|array|false
    {
        return $this->reply($this->cluster->hVals(...\func_get_args())) ?? false;
    }
}
