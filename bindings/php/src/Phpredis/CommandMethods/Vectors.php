<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Vectors by `make generated`: do not edit.
 *
 * @internal
 */
trait Vectors
{
    /** @return static|int|false */
    public function vAdd(?string $key, array $values, mixed $element, array $options = []): static|int|false|null
    {
        return $this->runMethod('vAdd', \func_get_args());
    }

    /** @return static|int|false */
    public function vCard(?string $key): static|int|false|null
    {
        return $this->runMethod('vCard', \func_get_args());
    }

    /** @return static|int|false */
    public function vDim(?string $key): static|int|false|null
    {
        return $this->runMethod('vDim', \func_get_args());
    }

    /** @return static|array|false */
    public function vEmb(?string $key, mixed $member, ?bool $raw = false): static|array|false|null
    {
        return $this->runMethod('vEmb', \func_get_args());
    }

    /** @return static|array|string|false */
    public function vGetAttr(?string $key, mixed $member, ?bool $decode = true): static|array|string|false|null
    {
        return $this->runMethod('vGetAttr', \func_get_args());
    }

    /** @return static|array|false */
    public function vInfo(?string $key): static|array|false|null
    {
        return $this->runMethod('vInfo', \func_get_args());
    }

    /** @return static|bool */
    public function vIsMember(?string $key, mixed $member): static|bool|null
    {
        return $this->runMethod('vIsMember', \func_get_args());
    }

    /** @return static|array|false */
    public function vLinks(?string $key, mixed $member, ?bool $withscores = false): static|array|false|null
    {
        return $this->runMethod('vLinks', \func_get_args());
    }

    public function vRandMember(?string $key, ?int $count = 0): mixed
    {
        return $this->runMethod('vRandMember', \func_get_args());
    }

    /** @return static|array|false */
    public function vRange(?string $key, ?string $min, ?string $max, ?int $count = -1): static|array|false|null
    {
        return $this->runMethod('vRange', \func_get_args());
    }

    /** @return static|int|false */
    public function vRem(?string $key, mixed $member): static|int|false|null
    {
        return $this->runMethod('vRem', \func_get_args());
    }

    /** @return static|int|false */
    public function vSetAttr(?string $key, mixed $member, array|string|null $attributes): static|int|false|null
    {
        return $this->runMethod('vSetAttr', \func_get_args());
    }

    /** @return static|array|false */
    public function vSim(?string $key, mixed $member, array $options = []): static|array|false|null
    {
        return $this->runMethod('vSim', \func_get_args());
    }
}
