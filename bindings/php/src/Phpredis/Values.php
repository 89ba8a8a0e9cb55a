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
    /** @var ?array{read_timeout?: mixed} what the configuration said before OPT_READ_TIMEOUT was set; null: it was not */
    private ?array $configuredReadTimeout = null;

    /**
     * @param int $option
     * @param mixed $value
     */
    public function setOption($option, $value): bool
    {
        $option = $this->arguments->of('setOption', \func_get_args(), 2, 2)->int($option, 0);
        if (!$this->options->set($option, $value)) {
            return false;
        }
        if ($option === self::OPT_READ_TIMEOUT) {
            $this->setReadTimeout($this->options->readTimeout);
        }
        return true;
    }

    /** @param int $option */
    public function getOption($option): mixed
    {
        return $this->options->get($this->arguments->of('getOption', \func_get_args(), 1, 1)->int($option, 0));
    }

    /** @param string $key */
    public function _prefix($key): string
    {
        return $this->arguments->of('_prefix', \func_get_args(), 1, 1)->key($key, 0);
    }

    /** @param mixed $value */
    public function _serialize($value): string
    {
        $this->arguments->of('_serialize', \func_get_args(), 1, 1);
        return $this->packer->serialize($value);
    }

    /** @param string $value */
    public function _unserialize($value): mixed
    {
        return $this->packer->unserialize($this->arguments->of('_unserialize', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** @param string $value */
    public function _compress($value): string
    {
        return $this->packer->compress($this->arguments->of('_compress', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** @param string $value */
    public function _uncompress($value): string
    {
        return $this->packer->uncompress($this->arguments->of('_uncompress', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** @param mixed $value */
    public function _pack($value): string
    {
        $this->arguments->of('_pack', \func_get_args(), 1, 1);
        return $this->packer->pack($value);
    }

    /** @param string $value */
    public function _unpack($value): mixed
    {
        return $this->packer->unpack($this->arguments->of('_unpack', \func_get_args(), 1, 1)->string($value, 0));
    }

    /** The library's word for waiting for ever is 0. phpredis' is a number below; its 0 leaves it to what was configured. */
    private function setReadTimeout(float $seconds): void
    {
        $this->configuredReadTimeout ??= \array_intersect_key($this->config, ['read_timeout' => 0]);
        $timeout = $seconds === 0.0 ? $this->configuredReadTimeout : ['read_timeout' => \max(0.0, $seconds)];
        $this->configure($timeout + \array_diff_key($this->config, ['read_timeout' => 0]));
    }
}
