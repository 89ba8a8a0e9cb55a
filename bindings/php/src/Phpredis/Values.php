<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * setOption, getOption, and what they do to keys and values: _prefix, _serialize, _pack …
 *
 * @internal of RedisCluster
 */
trait Values
{
    public function setOption($option, $value): bool
    {
        return $this->options->set(Coercion::int($option), $value);
    }

    public function getOption($option): mixed
    {
        return $this->options->get(Coercion::int($option));
    }

    public function _prefix($key): string
    {
        return $this->options->prefix . Coercion::string($key);
    }

    public function _pack($value): string
    {
        return $this->packer->pack($value);
    }

    public function _unpack($value): mixed
    {
        return $this->packer->unpack(Coercion::string($value));
    }
}
