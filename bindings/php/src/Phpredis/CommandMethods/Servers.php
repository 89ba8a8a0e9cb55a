<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Servers by `make generated`: do not edit.
 *
 * @internal
 */
trait Servers
{
    public function command(mixed $opt = null, mixed ...$args): mixed
    {
        return $this->runMethod('command', \func_get_args() + $args);
    }

    /** @return static|int|false */
    public function dbSize(): static|int|false|null
    {
        return $this->runMethod('dbSize', \func_get_args());
    }

    /** @return static|bool */
    public function failover(?array $to = null, ?bool $abort = false, ?int $timeout = 0): static|bool|null
    {
        return $this->runMethod('failover', \func_get_args());
    }

    /** @return static|array|false */
    public function getKeys(?string $pattern = '*'): static|array|false|null
    {
        return $this->runMethod('getKeys', \func_get_args());
    }

    /** @return static|array|false */
    public function keys(?string $pattern = '*'): static|array|false|null
    {
        return $this->runMethod('keys', \func_get_args());
    }

    /** @return static|bool */
    public function replicaof(?string $host = null, ?int $port = 6379): static|bool|null
    {
        return $this->runMethod('replicaof', \func_get_args());
    }

    /** @return static|bool */
    public function slaveof(?string $host = null, ?int $port = 6379): static|bool|null
    {
        return $this->runMethod('slaveof', \func_get_args());
    }

    /** @return static|bool */
    public function swapdb(?int $src, ?int $dst): static|bool|null
    {
        return $this->runMethod('swapdb', \func_get_args());
    }

    /** @return static|int|false */
    public function wait(?int $numreplicas, ?int $timeout): static|int|false|null
    {
        return $this->runMethod('wait', \func_get_args());
    }

    /** @return static|array|false */
    public function waitaof(?int $numlocal, ?int $numreplicas, ?int $timeout): static|array|false|null
    {
        return $this->runMethod('waitaof', \func_get_args());
    }
}
