<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Lists by `make generated`: do not edit.
 *
 * @internal
 */
trait Lists
{
    public function blMove(?string $src, ?string $dst, ?string $wherefrom, ?string $whereto, ?float $timeout): mixed
    {
        return $this->runMethod('blMove', \func_get_args());
    }

    /** @return static|array|false|null */
    public function blMPop(?float $timeout, array $keys, ?string $from, ?int $count = 1): static|array|false|null
    {
        return $this->runMethod('blMPop', \func_get_args());
    }

    /** @return static|array|false|null */
    public function blPop(mixed $key_or_keys, mixed $timeout_or_key, mixed ...$extra_args): static|array|false|null
    {
        return $this->runMethod('blPop', \func_get_args() + $extra_args);
    }

    /** @return static|array|false|null */
    public function brPop(mixed $key_or_keys, mixed $timeout_or_key, mixed ...$extra_args): static|array|false|null
    {
        return $this->runMethod('brPop', \func_get_args() + $extra_args);
    }

    public function brPopLPush(?string $src, ?string $dst, int|float|null $timeout): mixed
    {
        return $this->runMethod('brPopLPush', \func_get_args());
    }

    public function lGet(?string $key, ?int $index): mixed
    {
        return $this->runMethod('lGet', \func_get_args());
    }

    /** @return static|array|false */
    public function lGetRange(?string $key, ?int $start, ?int $end): static|array|false|null
    {
        return $this->runMethod('lGetRange', \func_get_args());
    }

    public function lIndex(?string $key, ?int $index): mixed
    {
        return $this->runMethod('lIndex', \func_get_args());
    }

    /** @return static|int|false */
    public function lInsert(?string $key, ?string $pos, mixed $pivot, mixed $value): static|int|false|null
    {
        return $this->runMethod('lInsert', \func_get_args());
    }

    /** @return static|bool */
    public function listTrim(?string $key, ?int $start, ?int $end): static|bool|null
    {
        return $this->runMethod('listTrim', \func_get_args());
    }

    /** @return static|int|false */
    public function lLen(?string $key): static|int|false|null
    {
        return $this->runMethod('lLen', \func_get_args());
    }

    public function lMove(?string $src, ?string $dst, ?string $wherefrom, ?string $whereto): mixed
    {
        return $this->runMethod('lMove', \func_get_args());
    }

    /** @return static|array|false|null */
    public function lMPop(array $keys, ?string $from, ?int $count = 1): static|array|false|null
    {
        return $this->runMethod('lMPop', \func_get_args());
    }

    public function lPop(?string $key, ?int $count = 0): mixed
    {
        return $this->runMethod('lPop', \func_get_args());
    }

    /** @return static|int|array|false|null */
    public function lPos(?string $key, mixed $value, ?array $options = null): static|int|array|false|null
    {
        return $this->runMethod('lPos', \func_get_args());
    }

    /** @return static|int|false */
    public function lPush(mixed $key, mixed ...$elements): static|int|false|null
    {
        return $this->runMethod('lPush', \func_get_args() + $elements);
    }

    /** @return static|int|false */
    public function lPushX(?string $key, mixed $value): static|int|false|null
    {
        return $this->runMethod('lPushX', \func_get_args());
    }

    /** @return static|array|false */
    public function lRange(?string $key, ?int $start, ?int $end): static|array|false|null
    {
        return $this->runMethod('lRange', \func_get_args());
    }

    /** @return static|int|false */
    public function lRem(?string $key, mixed $value, ?int $count = 0): static|int|false|null
    {
        return $this->runMethod('lRem', \func_get_args());
    }

    /** @return static|int|false */
    public function lRemove(?string $key, mixed $value, ?int $count = 0): static|int|false|null
    {
        return $this->runMethod('lRemove', \func_get_args());
    }

    /** @return static|bool */
    public function lSet(?string $key, ?int $index, mixed $value): static|bool|null
    {
        return $this->runMethod('lSet', \func_get_args());
    }

    /** @return static|int|false */
    public function lSize(?string $key): static|int|false|null
    {
        return $this->runMethod('lSize', \func_get_args());
    }

    /** @return static|bool */
    public function lTrim(?string $key, ?int $start, ?int $end): static|bool|null
    {
        return $this->runMethod('lTrim', \func_get_args());
    }

    public function rPop(?string $key, ?int $count = 0): mixed
    {
        return $this->runMethod('rPop', \func_get_args());
    }

    public function rPopLPush(?string $srckey, ?string $dstkey): mixed
    {
        return $this->runMethod('rPopLPush', \func_get_args());
    }

    /** @return static|int|false */
    public function rPush(mixed $key, mixed ...$elements): static|int|false|null
    {
        return $this->runMethod('rPush', \func_get_args() + $elements);
    }

    /** @return static|int|false */
    public function rPushX(?string $key, mixed $value): static|int|false|null
    {
        return $this->runMethod('rPushX', \func_get_args());
    }
}
