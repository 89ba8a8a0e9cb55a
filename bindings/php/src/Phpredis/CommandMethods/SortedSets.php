<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\SortedSets by `make generated`: do not edit.
 *
 * @internal
 */
trait SortedSets
{
    /** @return static|array|false|null */
    public function bzMPop(?float $timeout, array $keys, ?string $from, ?int $count = 1): static|array|false|null
    {
        return $this->runMethod('bzMPop', \func_get_args());
    }

    /** @return static|array|false|null */
    public function bzPopMax(mixed $key, mixed $timeout_or_key, mixed ...$extra_args): static|array|false|null
    {
        return $this->runMethod('bzPopMax', \func_get_args() + $extra_args);
    }

    /** @return static|array|false|null */
    public function bzPopMin(mixed $key, mixed $timeout_or_key, mixed ...$extra_args): static|array|false|null
    {
        return $this->runMethod('bzPopMin', \func_get_args() + $extra_args);
    }

    /** @return static|int|float|false */
    public function zAdd(mixed $key, mixed $score_or_options, mixed ...$more_scores_and_mems): static|int|float|false|null
    {
        return $this->runMethod('zAdd', \func_get_args() + $more_scores_and_mems);
    }

    /** @return static|int|false */
    public function zCard(?string $key): static|int|false|null
    {
        return $this->runMethod('zCard', \func_get_args());
    }

    /** @return static|int|false */
    public function zCount(?string $key, int|float|string|null $start, int|float|string|null $end): static|int|false|null
    {
        return $this->runMethod('zCount', \func_get_args());
    }

    /** @return static|int|false */
    public function zDelete(mixed $key, mixed $member, mixed ...$other_members): static|int|false|null
    {
        return $this->runMethod('zDelete', \func_get_args() + $other_members);
    }

    /** @return static|int|false */
    public function zDeleteRangeByRank(?string $key, ?int $start, ?int $end): static|int|false|null
    {
        return $this->runMethod('zDeleteRangeByRank', \func_get_args());
    }

    /** @return static|int|false */
    public function zDeleteRangeByScore(?string $key, int|float|string|null $start, int|float|string|null $end): static|int|false|null
    {
        return $this->runMethod('zDeleteRangeByScore', \func_get_args());
    }

    /** @return static|array|false */
    public function zDiff(array $keys, ?array $options = null): static|array|false|null
    {
        return $this->runMethod('zDiff', \func_get_args());
    }

    /** @return static|int|false */
    public function zDiffStore(?string $dst, array $keys): static|int|false|null
    {
        return $this->runMethod('zDiffStore', \func_get_args());
    }

    /** @return static|float|false */
    public function zIncrBy(?string $key, ?float $value, mixed $member): static|float|false|null
    {
        return $this->runMethod('zIncrBy', \func_get_args());
    }

    /** @return static|array|int|false */
    public function zInter(
        array|string|null $keys,
        ?array $weights = null,
        array|string|null $options = null,
        ?string $aggregate = null,
    ): static|array|int|false|null {
        return $this->runMethod('zInter', \func_get_args());
    }

    /** @return static|int|false */
    public function zInterCard(array $keys, ?int $limit = -1): static|int|false|null
    {
        return $this->runMethod('zInterCard', \func_get_args());
    }

    /** @return static|int|false */
    public function zInterStore(?string $dst, array $keys, ?array $weights = null, ?string $aggregate = null): static|int|false|null
    {
        return $this->runMethod('zInterStore', \func_get_args());
    }

    /** @return static|int|false */
    public function zLexCount(?string $key, ?string $min, ?string $max): static|int|false|null
    {
        return $this->runMethod('zLexCount', \func_get_args());
    }

    /** @return static|array|false|null */
    public function zMPop(array $keys, ?string $from, ?int $count = 1): static|array|false|null
    {
        return $this->runMethod('zMPop', \func_get_args());
    }

    /** @return static|array|false */
    public function zMScore(mixed $key, mixed $member, mixed ...$other_members): static|array|false|null
    {
        return $this->runMethod('zMScore', \func_get_args() + $other_members);
    }

    /** @return static|array|false */
    public function zPopMax(?string $key, ?int $count = null): static|array|false|null
    {
        return $this->runMethod('zPopMax', \func_get_args());
    }

    /** @return static|array|false */
    public function zPopMin(?string $key, ?int $count = null): static|array|false|null
    {
        return $this->runMethod('zPopMin', \func_get_args());
    }

    public function zRandMember(?string $key, ?array $options = null): mixed
    {
        return $this->runMethod('zRandMember', \func_get_args());
    }

    /** @return static|array|false */
    public function zRange(?string $key, string|int|null $start, string|int|null $end, mixed $options = null): static|array|false|null
    {
        return $this->runMethod('zRange', \func_get_args());
    }

    /** @return static|array|false */
    public function zRangeByLex(mixed $key, mixed $min, mixed $max, mixed $offset = -1, mixed $count = -1): static|array|false|null
    {
        return $this->runMethod('zRangeByLex', \func_get_args());
    }

    /** @return static|array|false */
    public function zRangeByScore(
        ?string $key,
        int|float|string|null $start,
        int|float|string|null $end,
        array $options = [],
    ): static|array|false|null {
        return $this->runMethod('zRangeByScore', \func_get_args());
    }

    /** @return static|int|false */
    public function zRangeStore(
        ?string $dstkey,
        ?string $srckey,
        string|int|null $start,
        string|int|null $end,
        mixed $options = null,
    ): static|int|false|null {
        return $this->runMethod('zRangeStore', \func_get_args());
    }

    /** @return static|int|false */
    public function zRank(?string $key, mixed $member): static|int|false|null
    {
        return $this->runMethod('zRank', \func_get_args());
    }

    /** @return static|int|false */
    public function zRem(mixed $key, mixed $member, mixed ...$other_members): static|int|false|null
    {
        return $this->runMethod('zRem', \func_get_args() + $other_members);
    }

    /** @return static|int|false */
    public function zRemove(mixed $key, mixed $member, mixed ...$other_members): static|int|false|null
    {
        return $this->runMethod('zRemove', \func_get_args() + $other_members);
    }

    /** @return static|int|false */
    public function zRemoveRangeByScore(?string $key, int|float|string|null $start, int|float|string|null $end): static|int|false|null
    {
        return $this->runMethod('zRemoveRangeByScore', \func_get_args());
    }

    /** @return static|int|false */
    public function zRemRangeByLex(?string $key, ?string $min, ?string $max): static|int|false|null
    {
        return $this->runMethod('zRemRangeByLex', \func_get_args());
    }

    /** @return static|int|false */
    public function zRemRangeByRank(?string $key, ?int $start, ?int $end): static|int|false|null
    {
        return $this->runMethod('zRemRangeByRank', \func_get_args());
    }

    /** @return static|int|false */
    public function zRemRangeByScore(?string $key, int|float|string|null $start, int|float|string|null $end): static|int|false|null
    {
        return $this->runMethod('zRemRangeByScore', \func_get_args());
    }

    /** @return static|array|false */
    public function zReverseRange(?string $key, string|int|null $start, string|int|null $end, mixed $scores = null): static|array|false|null
    {
        return $this->runMethod('zReverseRange', \func_get_args());
    }

    /** @return static|array|false */
    public function zRevRange(?string $key, string|int|null $start, string|int|null $end, mixed $scores = null): static|array|false|null
    {
        return $this->runMethod('zRevRange', \func_get_args());
    }

    /** @return static|array|false */
    public function zRevRangeByLex(mixed $key, mixed $max, mixed $min, mixed $offset = -1, mixed $count = -1): static|array|false|null
    {
        return $this->runMethod('zRevRangeByLex', \func_get_args());
    }

    /** @return static|array|false */
    public function zRevRangeByScore(
        ?string $key,
        string|int|float|null $max,
        string|int|float|null $min,
        mixed $options = [],
    ): static|array|false|null {
        return $this->runMethod('zRevRangeByScore', \func_get_args());
    }

    /** @return static|int|false */
    public function zRevRank(?string $key, mixed $member): static|int|false|null
    {
        return $this->runMethod('zRevRank', \func_get_args());
    }

    /** @return static|float|false */
    public function zScore(?string $key, mixed $member): static|float|false|null
    {
        return $this->runMethod('zScore', \func_get_args());
    }

    /** @return static|int|false */
    public function zSize(?string $key): static|int|false|null
    {
        return $this->runMethod('zSize', \func_get_args());
    }

    /** @return static|array|int|false */
    public function zUnion(
        array|string|null $keys,
        ?array $weights = null,
        array|string|null $options = null,
        ?string $aggregate = null,
    ): static|array|int|false|null {
        return $this->runMethod('zUnion', \func_get_args());
    }

    /** @return static|int|false */
    public function zUnionStore(?string $dst, array $keys, ?array $weights = null, ?string $aggregate = null): static|int|false|null
    {
        return $this->runMethod('zUnionStore', \func_get_args());
    }
}
