<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Strings by `make generated`: do not edit.
 *
 * @internal
 */
trait Strings
{
    /** @return static|int|false */
    public function append(?string $key, mixed $value): static|int|false|null
    {
        return $this->runMethod('append', \func_get_args());
    }

    /** @return static|int|false */
    public function decr(?string $key, ?int $by = 1): static|int|false|null
    {
        return $this->runMethod('decr', \func_get_args());
    }

    /** @return static|int|false */
    public function decrBy(?string $key, ?int $value): static|int|false|null
    {
        return $this->runMethod('decrBy', \func_get_args());
    }

    /** @return static|int|false */
    public function delex(?string $key, array $options = []): static|int|false|null
    {
        return $this->runMethod('delex', \func_get_args());
    }

    /** @return static|int|false */
    public function delifeq(?string $key, mixed $value): static|int|false|null
    {
        return $this->runMethod('delifeq', \func_get_args());
    }

    /** @return static|string|false */
    public function digest(?string $key): static|string|false|null
    {
        return $this->runMethod('digest', \func_get_args());
    }

    public function getDel(?string $key): mixed
    {
        return $this->runMethod('getDel', \func_get_args());
    }

    public function getEx(?string $key, array $options = []): mixed
    {
        return $this->runMethod('getEx', \func_get_args());
    }

    /** @return static|array|false */
    public function getMultiple(array $keys): static|array|false|null
    {
        return $this->runMethod('getMultiple', \func_get_args());
    }

    /** @return static|string|false */
    public function getRange(?string $key, ?int $start, ?int $end): static|string|false|null
    {
        return $this->runMethod('getRange', \func_get_args());
    }

    public function getSet(?string $key, mixed $value): mixed
    {
        return $this->runMethod('getSet', \func_get_args());
    }

    /** @return static|array|false */
    public function getWithMeta(?string $key): static|array|false|null
    {
        return $this->runMethod('getWithMeta', \func_get_args());
    }

    /** @return static|int|false */
    public function incr(?string $key, ?int $by = 1): static|int|false|null
    {
        return $this->runMethod('incr', \func_get_args());
    }

    /** @return static|int|false */
    public function incrBy(?string $key, ?int $value): static|int|false|null
    {
        return $this->runMethod('incrBy', \func_get_args());
    }

    /** @return static|float|false */
    public function incrByFloat(?string $key, ?float $value): static|float|false|null
    {
        return $this->runMethod('incrByFloat', \func_get_args());
    }

    /** @return static|array|string|int|false */
    public function lcs(?string $key1, ?string $key2, ?array $options = null): static|array|string|int|false|null
    {
        return $this->runMethod('lcs', \func_get_args());
    }

    /** @return static|array|false */
    public function mGet(array $keys): static|array|false|null
    {
        return $this->runMethod('mGet', \func_get_args());
    }

    /** @return static|bool */
    public function mSet(array $key_values): static|bool|null
    {
        return $this->runMethod('mSet', \func_get_args());
    }

    /** @return static|int|false */
    public function mSetEx(array $key_vals, int|float|array|null $expiry = null): static|int|false|null
    {
        return $this->runMethod('mSetEx', \func_get_args());
    }

    /** @return static|bool */
    public function mSetNx(array $key_values): static|bool|null
    {
        return $this->runMethod('mSetNx', \func_get_args());
    }

    /** @return static|bool */
    public function pSetEx(?string $key, ?int $expire, mixed $value): static|bool|null
    {
        return $this->runMethod('pSetEx', \func_get_args());
    }

    /** @return static|bool */
    public function setEx(?string $key, ?int $expire, mixed $value): static|bool|null
    {
        return $this->runMethod('setEx', \func_get_args());
    }

    /** @return static|bool */
    public function setNx(?string $key, mixed $value): static|bool|null
    {
        return $this->runMethod('setNx', \func_get_args());
    }

    /** @return static|int|false */
    public function setRange(?string $key, ?int $index, ?string $value): static|int|false|null
    {
        return $this->runMethod('setRange', \func_get_args());
    }

    /** @return static|int|false */
    public function strLen(?string $key): static|int|false|null
    {
        return $this->runMethod('strLen', \func_get_args());
    }

    /** @return static|string|false */
    public function substr(?string $key, ?int $start, ?int $end): static|string|false|null
    {
        return $this->runMethod('substr', \func_get_args());
    }
}
