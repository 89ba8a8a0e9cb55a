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
    /** @return bool false: there is no such option, or it does not take that value */
    public function setOption($option, $value): bool
    {
        $option = $this->arguments->of('setOption', \func_get_args(), 2, 2)->int($option, 0);
        $done = $this->options->set($option, $value);
        if ($done && $option === self::OPT_READ_TIMEOUT) {
            $this->setReadTimeout($this->options->readTimeout);
        }
        return $done;
    }

    public function getOption($option): mixed
    {
        return $this->options->get($this->arguments->of('getOption', \func_get_args(), 1, 1)->int($option, 0));
    }

    public function _prefix($key): string
    {
        return $this->arguments->of('_prefix', \func_get_args(), 1, 1)->key($key, 0);
    }

    public function _serialize($value): string
    {
        $this->arguments->of('_serialize', \func_get_args(), 1, 1);
        return $this->packer->serialize($value);
    }

    public function _unserialize($value): mixed
    {
        return $this->packer->unserialize($this->arguments->of('_unserialize', \func_get_args(), 1, 1)->string($value, 0));
    }

    public function _compress($value): string
    {
        return $this->packer->compress($this->arguments->of('_compress', \func_get_args(), 1, 1)->string($value, 0));
    }

    public function _uncompress($value): string
    {
        return $this->packer->uncompress($this->arguments->of('_uncompress', \func_get_args(), 1, 1)->string($value, 0));
    }

    public function _pack($value): string
    {
        $this->arguments->of('_pack', \func_get_args(), 1, 1);
        return $this->packer->pack($value);
    }

    public function _unpack($value): mixed
    {
        return $this->packer->unpack($this->arguments->of('_unpack', \func_get_args(), 1, 1)->string($value, 0));
    }
}
