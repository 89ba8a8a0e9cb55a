<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Sets by `make generated`: do not edit.
 *
 * @internal
 */
trait Sets
{
    /** @return static|int|false */
    public function sAdd(mixed $key, mixed $value, mixed ...$other_values): static|int|false|null
    {
        return $this->runMethod('sAdd', \func_get_args() + $other_values);
    }

    /** @return static|int|false */
    public function sAddArray(?string $key, array $values): static|int|false|null
    {
        return $this->runMethod('sAddArray', \func_get_args());
    }

    /** @return static|int|false */
    public function sCard(?string $key): static|int|false|null
    {
        return $this->runMethod('sCard', \func_get_args());
    }

    /** @return static|bool */
    public function sContains(?string $key, mixed $value): static|bool|null
    {
        return $this->runMethod('sContains', \func_get_args());
    }

    /** @return static|array|false */
    public function sDiff(mixed $key, mixed ...$other_keys): static|array|false|null
    {
        return $this->runMethod('sDiff', \func_get_args() + $other_keys);
    }

    /** @return static|int|false */
    public function sDiffStore(mixed $dst, mixed $key = null, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('sDiffStore', \func_get_args() + $other_keys);
    }

    /** @return static|array|false */
    public function sGetMembers(?string $key): static|array|false|null
    {
        return $this->runMethod('sGetMembers', \func_get_args());
    }

    /** @return static|array|false */
    public function sInter(mixed $key, mixed ...$other_keys): static|array|false|null
    {
        return $this->runMethod('sInter', \func_get_args() + $other_keys);
    }

    /** @return static|int|false */
    public function sInterCard(array $keys, ?int $limit = -1): static|int|false|null
    {
        return $this->runMethod('sInterCard', \func_get_args());
    }

    /** @return static|int|false */
    public function sInterStore(mixed $key, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('sInterStore', \func_get_args() + $other_keys);
    }

    /** @return static|bool */
    public function sIsMember(?string $key, mixed $value): static|bool|null
    {
        return $this->runMethod('sIsMember', \func_get_args());
    }

    /** @return static|array|false */
    public function sMembers(?string $key): static|array|false|null
    {
        return $this->runMethod('sMembers', \func_get_args());
    }

    /** @return static|array|false */
    public function sMisMember(mixed $key, mixed $member, mixed ...$other_members): static|array|false|null
    {
        return $this->runMethod('sMisMember', \func_get_args() + $other_members);
    }

    /** @return static|bool */
    public function sMove(?string $src, ?string $dst, mixed $value): static|bool|null
    {
        return $this->runMethod('sMove', \func_get_args());
    }

    public function sPop(?string $key, ?int $count = 0): mixed
    {
        return $this->runMethod('sPop', \func_get_args());
    }

    public function sRandMember(?string $key, ?int $count = 0): mixed
    {
        return $this->runMethod('sRandMember', \func_get_args());
    }

    /** @return static|int|false */
    public function sRem(mixed $key, mixed $value, mixed ...$other_values): static|int|false|null
    {
        return $this->runMethod('sRem', \func_get_args() + $other_values);
    }

    /** @return static|int|false */
    public function sRemove(mixed $key, mixed $value, mixed ...$other_values): static|int|false|null
    {
        return $this->runMethod('sRemove', \func_get_args() + $other_values);
    }

    /** @return static|int|false */
    public function sSize(?string $key): static|int|false|null
    {
        return $this->runMethod('sSize', \func_get_args());
    }

    /** @return static|array|false */
    public function sUnion(mixed $key, mixed ...$other_keys): static|array|false|null
    {
        return $this->runMethod('sUnion', \func_get_args() + $other_keys);
    }

    /** @return static|int|false */
    public function sUnionStore(mixed $dst, mixed $key = null, mixed ...$other_keys): static|int|false|null
    {
        return $this->runMethod('sUnionStore', \func_get_args() + $other_keys);
    }
}
