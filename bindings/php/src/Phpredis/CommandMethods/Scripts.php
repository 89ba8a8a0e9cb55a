<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Scripts by `make generated`: do not edit.
 *
 * @internal
 */
trait Scripts
{
    /** @return static|string|false */
    public function echo(?string $str): static|string|false|null
    {
        return $this->runMethod('echo', \func_get_args());
    }

    public function eval(?string $script, array $args = [], ?int $num_keys = 0): mixed
    {
        return $this->runMethod('eval', \func_get_args());
    }

    public function eval_ro(?string $script_sha, array $args = [], ?int $num_keys = 0): mixed
    {
        return $this->runMethod('eval_ro', \func_get_args());
    }

    public function evalSha(?string $sha1, array $args = [], ?int $num_keys = 0): mixed
    {
        return $this->runMethod('evalSha', \func_get_args());
    }

    public function evalSha_ro(?string $sha1, array $args = [], ?int $num_keys = 0): mixed
    {
        return $this->runMethod('evalSha_ro', \func_get_args());
    }

    public function evaluate(?string $script, array $args = [], ?int $num_keys = 0): mixed
    {
        return $this->runMethod('evaluate', \func_get_args());
    }

    public function evaluateSha(?string $sha1, array $args = [], ?int $num_keys = 0): mixed
    {
        return $this->runMethod('evaluateSha', \func_get_args());
    }

    public function fcall(?string $fn, array $keys = [], array $args = []): mixed
    {
        return $this->runMethod('fcall', \func_get_args());
    }

    public function fcall_ro(?string $fn, array $keys = [], array $args = []): mixed
    {
        return $this->runMethod('fcall_ro', \func_get_args());
    }

    public function function(mixed $operation, mixed ...$args): mixed
    {
        return $this->runMethod('function', \func_get_args() + $args);
    }

    public function rawCommand(mixed $command, mixed ...$args): mixed
    {
        return $this->runMethod('rawCommand', \func_get_args() + $args);
    }

    public function script(mixed $command, mixed ...$args): mixed
    {
        return $this->runMethod('script', \func_get_args() + $args);
    }

    /** @return static|string|false */
    public function sendEcho(?string $str): static|string|false|null
    {
        return $this->runMethod('sendEcho', \func_get_args());
    }
}
