<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * setOption, getOption, and what they do to keys and values.
 *
 * @internal of RedisCluster
 */
trait Values
{
    /**
     * @param int $option
     * @param mixed $value
     */
    public function setOption($option, $value): bool
    {
        $option = $this->arguments->named('setOption')->int($option, 0);
        if (!$this->options->set($option, $value)) {
            return false;
        }
        if ($option === self::OPT_READ_TIMEOUT) {
            $this->configure(['read_timeout' => \max(0.0, $this->options->readTimeout)] + $this->config);
        }
        return true;
    }

    /** @param int $option */
    public function getOption($option): mixed
    {
        return $this->options->get($this->arguments->named('getOption')->int($option, 0));
    }

    /** @param string $key */
    public function _prefix($key): string
    {
        return $this->arguments->named('_prefix')->key($key, 0);
    }

    /** @param mixed $value */
    public function _serialize($value): string
    {
        return $this->packer->serialize($value);
    }

    /** @param string $value */
    public function _unserialize($value): mixed
    {
        return $this->packer->unserialize($this->arguments->named('_unserialize')->string($value, 0));
    }

    /** @param string $value */
    public function _compress($value): string
    {
        return $this->packer->compress($this->arguments->named('_compress')->string($value, 0));
    }

    /** @param string $value */
    public function _uncompress($value): string
    {
        return $this->packer->uncompress($this->arguments->named('_uncompress')->string($value, 0));
    }

    /** @param mixed $value */
    public function _pack($value): string
    {
        return $this->packer->pack($value);
    }

    /** @param string $value */
    public function _unpack($value): mixed
    {
        return $this->packer->unpack($this->arguments->named('_unpack')->string($value, 0));
    }
}
