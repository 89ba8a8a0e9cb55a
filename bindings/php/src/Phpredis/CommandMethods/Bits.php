<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Bits by `make generated`: do not edit.
 *
 * @internal
 */
trait Bits
{
    /** @return static|int|false */
    public function bitCount(?string $key, ?int $start = 0, ?int $end = -1, ?bool $bybit = false): static|int|false|null
    {
        return $this->runMethod('bitCount', \func_get_args());
    }

    /** @return static|int|false */
    public function bitOp(mixed $operation, mixed $deskey, mixed $srckey, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('bitOp', \func_get_args() + $other_keys);
    }

    /** @return static|int|false */
    public function bitPos(?string $key, mixed $bit, ?int $start = 0, ?int $end = -1, ?bool $bybit = false): static|int|false|null
    {
        return $this->runMethod('bitPos', \func_get_args());
    }

    /** @return static|int|false */
    public function getBit(?string $key, ?int $idx): static|int|false|null
    {
        return $this->runMethod('getBit', \func_get_args());
    }

    /** @return static|int|false */
    public function pfAdd(?string $key, array $elements): static|int|false|null
    {
        return $this->runMethod('pfAdd', \func_get_args());
    }

    /** @return static|int|false */
    public function pfCount(mixed $key_or_keys): static|int|false|null
    {
        return $this->runMethod('pfCount', \func_get_args());
    }

    /** @return static|bool */
    public function pfMerge(?string $dst, array $srckeys): static|bool|null
    {
        return $this->runMethod('pfMerge', \func_get_args());
    }

    /** @return static|int|false */
    public function setBit(?string $key, ?int $idx, bool|int|null $value): static|int|false|null
    {
        return $this->runMethod('setBit', \func_get_args());
    }
}
