<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Geo by `make generated`: do not edit.
 *
 * @internal
 */
trait Geo
{
    /** @return static|int|false */
    public function geoAdd(mixed $key, mixed $lng, mixed $lat, mixed $member, mixed ...$other_triples_and_options): static|int|false|null
    {
        return $this->runMethod('geoAdd', \func_get_args() + $other_triples_and_options);
    }

    /** @return static|float|false */
    public function geoDist(?string $key, mixed $src, mixed $dst, ?string $unit = null): static|float|false|null
    {
        return $this->runMethod('geoDist', \func_get_args());
    }

    /** @return static|array|false */
    public function geoHash(mixed $key, mixed $member, mixed ...$other_members): static|array|false|null
    {
        return $this->runMethod('geoHash', \func_get_args() + $other_members);
    }

    /** @return static|array|false */
    public function geoPos(mixed $key, mixed $member, mixed ...$other_members): static|array|false|null
    {
        return $this->runMethod('geoPos', \func_get_args() + $other_members);
    }

    public function geoRadius(?string $key, ?float $lng, ?float $lat, ?float $radius, ?string $unit, array $options = []): mixed
    {
        return $this->runMethod('geoRadius', \func_get_args());
    }

    public function geoRadius_ro(?string $key, ?float $lng, ?float $lat, ?float $radius, ?string $unit, array $options = []): mixed
    {
        return $this->runMethod('geoRadius_ro', \func_get_args());
    }

    public function geoRadiusByMember(?string $key, mixed $member, ?float $radius, ?string $unit, array $options = []): mixed
    {
        return $this->runMethod('geoRadiusByMember', \func_get_args());
    }

    public function geoRadiusByMember_ro(?string $key, mixed $member, ?float $radius, ?string $unit, array $options = []): mixed
    {
        return $this->runMethod('geoRadiusByMember_ro', \func_get_args());
    }

    /** @return static|array|false */
    public function geoSearch(
        ?string $key,
        array|string|null $position,
        array|int|float|null $shape,
        ?string $unit,
        array $options = [],
    ): static|array|false|null {
        return $this->runMethod('geoSearch', \func_get_args());
    }

    /** @return static|array|int|false */
    public function geoSearchStore(
        ?string $dst,
        ?string $src,
        array|string|null $position,
        array|int|float|null $shape,
        ?string $unit,
        array $options = [],
    ): static|array|int|false|null {
        return $this->runMethod('geoSearchStore', \func_get_args());
    }
}
