<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Servers
{
    public function command($opt = null, ...$args): mixed
    {
        return $this->reply($this->cluster->command(...(\func_get_args() + $args)));
    }

    public function dbSize(): static|int|false
    {
        return $this->reply($this->cluster->dbSize(...\func_get_args())) ?? false;
    }

    public function failover($to = null, $abort = false, $timeout = 0): static|bool
    {
        return $this->reply($this->cluster->failover(...\func_get_args())) ?? false;
    }

    public function getKeys($pattern = '*'): static|array|false
    {
        return $this->reply($this->cluster->getKeys(...\func_get_args())) ?? false;
    }

    public function keys($pattern = '*')
    {
        return $this->reply($this->cluster->keys(...\func_get_args()));
    }

    public function replicaof($host = null, $port = 6379): static|bool
    {
        return $this->reply($this->cluster->replicaof(...\func_get_args())) ?? false;
    }

    public function slaveof($host = null, $port = 6379): static|bool
    {
        return $this->reply($this->cluster->slaveof(...\func_get_args())) ?? false;
    }

    public function swapdb($src, $dst): static|bool
    {
        return $this->reply($this->cluster->swapdb(...\func_get_args())) ?? false;
    }

    public function waitaof($numlocal, $numreplicas, $timeout): static|array|false
    {
        return $this->reply($this->cluster->waitaof(...\func_get_args())) ?? false;
    }

    public function acl($subcmd, ...$args): mixed
    {
        return $this->reply($this->cluster->acl(...(\func_get_args() + $args)));
    }
}
