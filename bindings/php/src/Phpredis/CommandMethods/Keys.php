<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Keys by `make generated`: do not edit.
 *
 * @internal
 */
trait Keys
{
    /** @return static|bool */
    public function copy(?string $src, ?string $dst, ?array $options = null): static|bool|null
    {
        return $this->runMethod('copy', \func_get_args());
    }

    /** @return static|int|false */
    public function del(mixed $key, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('del', \func_get_args() + $other_keys);
    }

    /** @return static|int|false */
    public function delete(mixed $key, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('delete', \func_get_args() + $other_keys);
    }

    /** @return static|string|false */
    public function dump(?string $key): static|string|false|null
    {
        return $this->runMethod('dump', \func_get_args());
    }

    /** @return static|int|bool */
    public function exists(mixed $key, mixed ...$other_keys): static|int|bool|null
    {
        return $this->runMethod('exists', \func_get_args() + $other_keys);
    }

    /** @return static|bool */
    public function expire(?string $key, ?int $timeout, ?string $mode = null): static|bool|null
    {
        return $this->runMethod('expire', \func_get_args());
    }

    /** @return static|bool */
    public function expireAt(?string $key, ?int $timestamp, ?string $mode = null): static|bool|null
    {
        return $this->runMethod('expireAt', \func_get_args());
    }

    /** @return static|int|false */
    public function expireMember(?string $key, ?string $field, ?int $ttl, ?string $unit = null): static|int|false|null
    {
        return $this->runMethod('expireMember', \func_get_args());
    }

    /** @return static|int|false */
    public function expireMemberAt(?string $key, ?string $field, ?int $timestamp): static|int|false|null
    {
        return $this->runMethod('expireMemberAt', \func_get_args());
    }

    /** @return static|int|false */
    public function expireTime(?string $key): static|int|false|null
    {
        return $this->runMethod('expireTime', \func_get_args());
    }

    /** @return static|bool */
    public function migrate(
        ?string $host,
        ?int $port,
        string|array|null $key,
        ?int $dstdb,
        ?int $timeout,
        ?bool $copy = false,
        ?bool $replace = false,
        mixed $credentials = null,
    ): static|bool|null {
        return $this->runMethod('migrate', \func_get_args());
    }

    /** @return static|bool */
    public function move(?string $key, ?int $index): static|bool|null
    {
        return $this->runMethod('move', \func_get_args());
    }

    /** @return static|int|string|false */
    public function object(?string $subcommand, ?string $key): static|int|string|false|null
    {
        return $this->runMethod('object', \func_get_args());
    }

    /** @return static|bool */
    public function persist(?string $key): static|bool|null
    {
        return $this->runMethod('persist', \func_get_args());
    }

    /** @return static|bool */
    public function pExpire(?string $key, ?int $timeout, ?string $mode = null): static|bool|null
    {
        return $this->runMethod('pExpire', \func_get_args());
    }

    /** @return static|bool */
    public function pExpireAt(?string $key, ?int $timestamp, ?string $mode = null): static|bool|null
    {
        return $this->runMethod('pExpireAt', \func_get_args());
    }

    /** @return static|int|false */
    public function pExpireTime(?string $key): static|int|false|null
    {
        return $this->runMethod('pExpireTime', \func_get_args());
    }

    /** @return static|int|false */
    public function pTtl(?string $key): static|int|false|null
    {
        return $this->runMethod('pTtl', \func_get_args());
    }

    /** @return static|string|false */
    public function randomKey(): static|string|false|null
    {
        return $this->runMethod('randomKey', \func_get_args());
    }

    /** @return static|bool */
    public function rename(?string $old_name, ?string $new_name): static|bool|null
    {
        return $this->runMethod('rename', \func_get_args());
    }

    /** @return static|bool */
    public function renameKey(?string $old_name, ?string $new_name): static|bool|null
    {
        return $this->runMethod('renameKey', \func_get_args());
    }

    /** @return static|bool */
    public function renameNx(?string $key_src, ?string $key_dst): static|bool|null
    {
        return $this->runMethod('renameNx', \func_get_args());
    }

    /** @return static|bool */
    public function restore(?string $key, ?int $ttl, ?string $value, ?array $options = null): static|bool|null
    {
        return $this->runMethod('restore', \func_get_args());
    }

    /** @return static|bool */
    public function setTimeout(?string $key, ?int $timeout): static|bool|null
    {
        return $this->runMethod('setTimeout', \func_get_args());
    }

    public function sort(?string $key, ?array $options = null): mixed
    {
        return $this->runMethod('sort', \func_get_args());
    }

    public function sort_ro(?string $key, ?array $options = null): mixed
    {
        return $this->runMethod('sort_ro', \func_get_args());
    }

    /** @return static|array|int|false */
    public function sortAsc(
        ?string $key,
        ?string $pattern = null,
        mixed $get = null,
        ?int $offset = -1,
        ?int $count = -1,
        ?string $store = null,
    ): static|array|int|false|null {
        return $this->runMethod('sortAsc', \func_get_args());
    }

    /** @return static|array|int|false */
    public function sortAscAlpha(
        ?string $key,
        ?string $pattern = null,
        mixed $get = null,
        ?int $offset = -1,
        ?int $count = -1,
        ?string $store = null,
    ): static|array|int|false|null {
        return $this->runMethod('sortAscAlpha', \func_get_args());
    }

    /** @return static|array|int|false */
    public function sortDesc(
        ?string $key,
        ?string $pattern = null,
        mixed $get = null,
        ?int $offset = -1,
        ?int $count = -1,
        ?string $store = null,
    ): static|array|int|false|null {
        return $this->runMethod('sortDesc', \func_get_args());
    }

    /** @return static|array|int|false */
    public function sortDescAlpha(
        ?string $key,
        ?string $pattern = null,
        mixed $get = null,
        ?int $offset = -1,
        ?int $count = -1,
        ?string $store = null,
    ): static|array|int|false|null {
        return $this->runMethod('sortDescAlpha', \func_get_args());
    }

    /** @return static|int|false */
    public function touch(mixed $key_or_array, mixed ...$more_keys): static|int|false|null
    {
        return $this->runMethod('touch', \func_get_args() + $more_keys);
    }

    /** @return static|int|false */
    public function ttl(?string $key): static|int|false|null
    {
        return $this->runMethod('ttl', \func_get_args());
    }

    /** @return static|int|false */
    public function type(?string $key): static|int|false|null
    {
        return $this->runMethod('type', \func_get_args());
    }

    /** @return static|int|false */
    public function unlink(mixed $key, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('unlink', \func_get_args() + $other_keys);
    }
}
