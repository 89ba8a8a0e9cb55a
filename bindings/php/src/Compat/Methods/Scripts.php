<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Scripts
{
    public function echo($str): static|string|false
    {
        return $this->reply($this->cluster->echo(...\func_get_args())) ?? false;
    }

    public function eval($script, $args = [], $num_keys = 0): mixed
    {
        return $this->reply($this->cluster->eval(...\func_get_args()));
    }

    public function eval_ro($script_sha, $args = [], $num_keys = 0): mixed
    {
        return $this->reply($this->cluster->eval_ro(...\func_get_args()));
    }

    public function evalSha($sha1, $args = [], $num_keys = 0): mixed
    {
        return $this->reply($this->cluster->evalSha(...\func_get_args()));
    }

    public function evalSha_ro($sha1, $args = [], $num_keys = 0): mixed
    {
        return $this->reply($this->cluster->evalSha_ro(...\func_get_args()));
    }

    public function evaluate($script, $args = [], $num_keys = 0): mixed
    {
        return $this->reply($this->cluster->evaluate(...\func_get_args()));
    }

    public function evaluateSha($sha1, $args = [], $num_keys = 0): mixed
    {
        return $this->reply($this->cluster->evaluateSha(...\func_get_args()));
    }

    public function fcall($fn, $keys = [], $args = []): mixed
    {
        return $this->reply($this->cluster->fcall(...\func_get_args()));
    }

    public function fcall_ro($fn, $keys = [], $args = []): mixed
    {
        return $this->reply($this->cluster->fcall_ro(...\func_get_args()));
    }

    public function function($operation, ...$args): static|array|string|bool
    {
        return $this->reply($this->cluster->function(...(\func_get_args() + $args))) ?? false;
    }

    public function rawCommand($command, ...$args): mixed
    {
        return $this->reply($this->cluster->rawCommand(...(\func_get_args() + $args)));
    }

    public function script($command, ...$args): mixed
    {
        return $this->reply($this->cluster->script(...(\func_get_args() + $args)));
    }

    public function sendEcho($str): static|string|false
    {
        return $this->reply($this->cluster->sendEcho(...\func_get_args())) ?? false;
    }
}
