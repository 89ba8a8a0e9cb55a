<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Hashes by `make generated`: do not edit.
 *
 * @internal
 */
trait Hashes
{
    /** @return static|int|false */
    public function hDel(mixed $key, mixed $field, mixed ...$other_fields): static|int|false|null
    {
        return $this->runMethod('hDel', \func_get_args() + $other_fields);
    }

    /** @return static|bool */
    public function hExists(?string $key, ?string $field): static|bool|null
    {
        return $this->runMethod('hExists', \func_get_args());
    }

    /** @return static|array|false */
    public function hExpire(?string $key, ?int $ttl, array $fields, ?string $mode = null): static|array|false|null
    {
        return $this->runMethod('hExpire', \func_get_args());
    }

    /** @return static|array|false */
    public function hExpireAt(?string $key, ?int $time, array $fields, ?string $mode = null): static|array|false|null
    {
        return $this->runMethod('hExpireAt', \func_get_args());
    }

    /** @return static|array|false */
    public function hExpireTime(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hExpireTime', \func_get_args());
    }

    public function hGet(?string $key, ?string $member): mixed
    {
        return $this->runMethod('hGet', \func_get_args());
    }

    /** @return static|array|false */
    public function hGetAll(?string $key): static|array|false|null
    {
        return $this->runMethod('hGetAll', \func_get_args());
    }

    /** @return static|array|false */
    public function hGetDel(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hGetDel', \func_get_args());
    }

    /** @return static|array|false */
    public function hGetEx(?string $key, array $fields, string|array|null $expiry = null): static|array|false|null
    {
        return $this->runMethod('hGetEx', \func_get_args());
    }

    /** @return static|array */
    public function hGetWithMeta(?string $key, ?string $member): static|array|null
    {
        return $this->runMethod('hGetWithMeta', \func_get_args());
    }

    /** @return static|int|false */
    public function hIncrBy(?string $key, ?string $field, ?int $value): static|int|false|null
    {
        return $this->runMethod('hIncrBy', \func_get_args());
    }

    /** @return static|float|false */
    public function hIncrByFloat(?string $key, ?string $field, ?float $value): static|float|false|null
    {
        return $this->runMethod('hIncrByFloat', \func_get_args());
    }

    /** @return static|array|false */
    public function hKeys(?string $key): static|array|false|null
    {
        return $this->runMethod('hKeys', \func_get_args());
    }

    /** @return static|int|false */
    public function hLen(?string $key): static|int|false|null
    {
        return $this->runMethod('hLen', \func_get_args());
    }

    /** @return static|array|false */
    public function hMGet(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hMGet', \func_get_args());
    }

    /** @return static|bool */
    public function hMSet(?string $key, array $fieldvals): static|bool|null
    {
        return $this->runMethod('hMSet', \func_get_args());
    }

    /** @return static|array|false */
    public function hPersist(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hPersist', \func_get_args());
    }

    /** @return static|array|false */
    public function hPExpire(?string $key, ?int $ttl, array $fields, ?string $mode = null): static|array|false|null
    {
        return $this->runMethod('hPExpire', \func_get_args());
    }

    /** @return static|array|false */
    public function hPExpireAt(?string $key, ?int $mstime, array $fields, ?string $mode = null): static|array|false|null
    {
        return $this->runMethod('hPExpireAt', \func_get_args());
    }

    /** @return static|array|false */
    public function hPExpireTime(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hPExpireTime', \func_get_args());
    }

    /** @return static|array|false */
    public function hPTtl(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hPTtl', \func_get_args());
    }

    /** @return static|array|string|false */
    public function hRandField(?string $key, ?array $options = null): static|array|string|false|null
    {
        return $this->runMethod('hRandField', \func_get_args());
    }

    /** @return static|int|false */
    public function hSet(mixed $key, mixed ...$fields_and_vals): static|int|false|null
    {
        return $this->runMethod('hSet', \func_get_args() + $fields_and_vals);
    }

    /** @return static|int|false */
    public function hSetEx(?string $key, array $fields, ?array $expiry = null): static|int|false|null
    {
        return $this->runMethod('hSetEx', \func_get_args());
    }

    /** @return static|bool */
    public function hSetNx(?string $key, ?string $field, mixed $value): static|bool|null
    {
        return $this->runMethod('hSetNx', \func_get_args());
    }

    /** @return static|int|false */
    public function hStrLen(?string $key, ?string $field): static|int|false|null
    {
        return $this->runMethod('hStrLen', \func_get_args());
    }

    /** @return static|array|false */
    public function hTtl(?string $key, array $fields): static|array|false|null
    {
        return $this->runMethod('hTtl', \func_get_args());
    }

    /** @return static|array|false */
    public function hVals(?string $key): static|array|false|null
    {
        return $this->runMethod('hVals', \func_get_args());
    }
}
