<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Keys
{
    public function copy($src, $dst, $options = null): static|bool
    {
        return $this->reply($this->cluster->copy(...\func_get_args())) ?? false;
    }

    public function del($key, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->del(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function delete($key, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->delete(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function dump($key): static|string|false
    {
        return $this->reply($this->cluster->dump(...\func_get_args())) ?? false;
    }

    public function exists($key, ...$other_keys): static|int|bool
    {
        return $this->reply($this->cluster->exists(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function expire($key, $timeout, $mode = null): static|bool
    {
        return $this->reply($this->cluster->expire(...\func_get_args())) ?? false;
    }

    public function expireAt($key, $timestamp, $mode = null): static|bool
    {
        return $this->reply($this->cluster->expireAt(...\func_get_args())) ?? false;
    }

    public function expireMember($key, $field, $ttl, $unit = null): static|int|false
    {
        return $this->reply($this->cluster->expireMember(...\func_get_args())) ?? false;
    }

    public function expireMemberAt($key, $field, $timestamp): static|int|false
    {
        return $this->reply($this->cluster->expireMemberAt(...\func_get_args())) ?? false;
    }

    public function expireTime($key): static|int|false
    {
        return $this->reply($this->cluster->expireTime(...\func_get_args())) ?? false;
    }

    public function migrate($host, $port, $key, $dstdb, $timeout, $copy = false, $replace = false, $credentials = null): static|bool
    {
        return $this->reply($this->cluster->migrate(...\func_get_args())) ?? false;
    }

    public function move($key, $index): static|bool
    {
        return $this->reply($this->cluster->move(...\func_get_args())) ?? false;
    }

    public function object($subcommand, $key): static|string|int|false
    {
        return $this->reply($this->cluster->object(...\func_get_args())) ?? false;
    }

    public function persist($key): static|bool
    {
        return $this->reply($this->cluster->persist(...\func_get_args())) ?? false;
    }

    public function pExpireAt($key, $timestamp, $mode = null): static|bool
    {
        return $this->reply($this->cluster->pExpireAt(...\func_get_args())) ?? false;
    }

    public function pExpireTime($key): static|int|false
    {
        return $this->reply($this->cluster->pExpireTime(...\func_get_args())) ?? false;
    }

    public function pTtl($key): static|int|false
    {
        return $this->reply($this->cluster->pTtl(...\func_get_args())) ?? false;
    }

    public function randomKey(): static|string|false
    {
        return $this->reply($this->cluster->randomKey(...\func_get_args())) ?? false;
    }

    public function rename($old_name, $new_name): static|bool
    {
        return $this->reply($this->cluster->rename(...\func_get_args())) ?? false;
    }

    public function renameKey($old_name, $new_name): static|bool
    {
        return $this->reply($this->cluster->renameKey(...\func_get_args())) ?? false;
    }

    public function renameNx($key_src, $key_dst): static|bool
    {
        return $this->reply($this->cluster->renameNx(...\func_get_args())) ?? false;
    }

    public function restore($key, $ttl, $value, $options = null): static|bool
    {
        return $this->reply($this->cluster->restore(...\func_get_args())) ?? false;
    }

    public function setTimeout($key, $timeout): static|bool
    {
        return $this->reply($this->cluster->setTimeout(...\func_get_args())) ?? false;
    }

    public function sort($key, $options = null): mixed
    {
        return $this->reply($this->cluster->sort(...\func_get_args()));
    }

    public function sort_ro($key, $options = null): mixed
    {
        return $this->reply($this->cluster->sort_ro(...\func_get_args()));
    }

    public function touch($key_or_array, ...$more_keys): static|int|false
    {
        return $this->reply($this->cluster->touch(...(\func_get_args() + $more_keys))) ?? false;
    }

    public function ttl($key): static|int|false
    {
        return $this->reply($this->cluster->ttl(...\func_get_args())) ?? false;
    }

    public function type($key): static|int|false
    {
        return $this->reply($this->cluster->type(...\func_get_args())) ?? false;
    }

    public function unlink($key, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->unlink(...(\func_get_args() + $other_keys))) ?? false;
    }
}
