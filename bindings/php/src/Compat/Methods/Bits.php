<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Bits
{
    public function bitCount($key, $start = 0, $end = -1, $bybit = false): static|int|false
    {
        return $this->reply($this->cluster->bitCount(...\func_get_args())) ?? false;
    }

    public function bitOp($operation, $deskey, $srckey, ...$other_keys): static|int|false
    {
        return $this->reply($this->cluster->bitOp(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function bitPos($key, $bit, $start = 0, $end = -1, $bybit = false): static|int|false
    {
        return $this->reply($this->cluster->bitPos(...\func_get_args())) ?? false;
    }

    public function getBit($key, $idx): static|int|false
    {
        return $this->reply($this->cluster->getBit(...\func_get_args())) ?? false;
    }

    public function pfAdd($key, $elements): static|int
    {
        return $this->reply($this->cluster->pfAdd(...\func_get_args()));
    }

    public function pfCount($key_or_keys): static|int|false
    {
        return $this->reply($this->cluster->pfCount(...\func_get_args())) ?? false;
    }

    public function pfMerge($dst, $srckeys): static|bool
    {
        return $this->reply($this->cluster->pfMerge(...\func_get_args())) ?? false;
    }

    public function setBit($key, $idx, $value): static|int|false
    {
        return $this->reply($this->cluster->setBit(...\func_get_args())) ?? false;
    }
}
