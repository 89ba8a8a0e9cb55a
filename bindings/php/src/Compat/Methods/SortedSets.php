<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait SortedSets
{
    public function bzMPop($timeout, $keys, $from, $count = 1): static|array|false|null
    {
        return $this->reply($this->cluster->bzMPop(...\func_get_args()));
    }

    public function bzPopMax($key, $timeout_or_key, ...$extra_args): static|array|false
    {
        return $this->reply($this->cluster->bzPopMax(...(\func_get_args() + $extra_args))) ?? false;
    }

    public function bzPopMin($key, $timeout_or_key, ...$extra_args): static|array|false
    {
        return $this->reply($this->cluster->bzPopMin(...(\func_get_args() + $extra_args))) ?? false;
    }

    public function zAdd($key, $score_or_options, ...$more_scores_and_mems): static|int|float|false
    {
        return $this->reply($this->cluster->zAdd(...(\func_get_args() + $more_scores_and_mems))) ?? false;
    }

    public function zCard($key): static|int|false
    {
        return $this->reply($this->cluster->zCard(...\func_get_args())) ?? false;
    }

    public function zCount($key, $start, $end): static|int|false
    {
        return $this->reply($this->cluster->zCount(...\func_get_args())) ?? false;
    }

    public function zDelete($key, $member, ...$other_members): static|int|false
    {
        return $this->reply($this->cluster->zDelete(...(\func_get_args() + $other_members))) ?? false;
    }

    public function zDeleteRangeByRank($key, $start, $end): static|int|false
    {
        return $this->reply($this->cluster->zDeleteRangeByRank(...\func_get_args())) ?? false;
    }

    public function zDeleteRangeByScore($key, $start, $end): static|int|false
    {
        return $this->reply($this->cluster->zDeleteRangeByScore(...\func_get_args())) ?? false;
    }

    public function zDiff($keys, $options = null): static|array|false
    {
        return $this->reply($this->cluster->zDiff(...\func_get_args())) ?? false;
    }

    public function zDiffStore($dst, $keys): static|int|false
    {
        return $this->reply($this->cluster->zDiffStore(...\func_get_args())) ?? false;
    }

    public function zIncrBy($key, $value, $member): static|float|false
    {
        return $this->reply($this->cluster->zIncrBy(...\func_get_args())) ?? false;
    }

    public function zInter($keys, $weights = null, $options = null, $aggregate = null): static|array|false
    {
        return $this->reply($this->cluster->zInter(...\func_get_args())) ?? false;
    }

    public function zInterCard($keys, $limit = -1): static|int|false
    {
        return $this->reply($this->cluster->zInterCard(...\func_get_args())) ?? false;
    }

    public function zInterStore($dst, $keys, $weights = null, $aggregate = null): static|int|false
    {
        return $this->reply($this->cluster->zInterStore(...\func_get_args())) ?? false;
    }

    public function zLexCount($key, $min, $max): static|int|false
    {
        return $this->reply($this->cluster->zLexCount(...\func_get_args())) ?? false;
    }

    public function zMPop($keys, $from, $count = 1): static|array|false|null
    {
        return $this->reply($this->cluster->zMPop(...\func_get_args()));
    }

    public function zMScore($key, $member, ...$other_members): static|array|false
    {
        return $this->reply($this->cluster->zMScore(...(\func_get_args() + $other_members))) ?? false;
    }

    public function zPopMax($key, $count = null): static|array|false
    {
        return $this->reply($this->cluster->zPopMax(...\func_get_args())) ?? false;
    }

    public function zPopMin($key, $count = null): static|array|false
    {
        return $this->reply($this->cluster->zPopMin(...\func_get_args())) ?? false;
    }

    public function zRandMember($key, $options = null): static|array|string
    {
        return $this->reply($this->cluster->zRandMember(...\func_get_args())) ?? [];
    }

    public function zRange($key, $start, $end, $options = null): static|array|false
    {
        return $this->reply($this->cluster->zRange(...\func_get_args())) ?? false;
    }

    public function zRangeByLex($key, $min, $max, $offset = -1, $count = -1): static|array|false
    {
        return $this->reply($this->cluster->zRangeByLex(...\func_get_args())) ?? false;
    }

    public function zRangeByScore($key, $start, $end, $options = []): static|array|false
    {
        return $this->reply($this->cluster->zRangeByScore(...\func_get_args())) ?? false;
    }

    public function zRangeStore($dstkey, $srckey, $start, $end, $options = null): static|int|false
    {
        return $this->reply($this->cluster->zRangeStore(...\func_get_args())) ?? false;
    }

    public function zRank($key, $member): static|int|false
    {
        return $this->reply($this->cluster->zRank(...\func_get_args())) ?? false;
    }

    public function zRem($key, $member, ...$other_members): static|int|false
    {
        return $this->reply($this->cluster->zRem(...(\func_get_args() + $other_members))) ?? false;
    }

    public function zRemove($key, $member, ...$other_members): static|int|false
    {
        return $this->reply($this->cluster->zRemove(...(\func_get_args() + $other_members))) ?? false;
    }

    public function zRemoveRangeByScore($key, $start, $end): static|int|false
    {
        return $this->reply($this->cluster->zRemoveRangeByScore(...\func_get_args())) ?? false;
    }

    public function zRemRangeByLex($key, $min, $max): static|int|false
    {
        return $this->reply($this->cluster->zRemRangeByLex(...\func_get_args())) ?? false;
    }

    public function zRemRangeByRank($key, $start, $end): static|int|false
    {
        return $this->reply($this->cluster->zRemRangeByRank(...\func_get_args())) ?? false;
    }

    public function zRemRangeByScore($key, $start, $end): static|int|false
    {
        return $this->reply($this->cluster->zRemRangeByScore(...\func_get_args())) ?? false;
    }

    public function zReverseRange($key, $start, $end, $scores = null): static|array|false
    {
        return $this->reply($this->cluster->zReverseRange(...\func_get_args())) ?? false;
    }

    public function zRevRange($key, $start, $end, $scores = null): static|array|false
    {
        return $this->reply($this->cluster->zRevRange(...\func_get_args())) ?? false;
    }

    public function zRevRangeByLex($key, $max, $min, $offset = -1, $count = -1): static|array|false
    {
        return $this->reply($this->cluster->zRevRangeByLex(...\func_get_args())) ?? false;
    }

    public function zRevRangeByScore($key, $max, $min, $options = []): static|array|false
    {
        return $this->reply($this->cluster->zRevRangeByScore(...\func_get_args())) ?? false;
    }

    public function zRevRank($key, $member): static|int|false
    {
        return $this->reply($this->cluster->zRevRank(...\func_get_args())) ?? false;
    }

    public function zScore($key, $member): static|float|false
    {
        return $this->reply($this->cluster->zScore(...\func_get_args())) ?? false;
    }

    public function zSize($key): static|int|false
    {
        return $this->reply($this->cluster->zSize(...\func_get_args())) ?? false;
    }

    public function zUnion($keys, $weights = null, $options = null, $aggregate = null): static|array|false
    {
        return $this->reply($this->cluster->zUnion(...\func_get_args())) ?? false;
    }

    public function zUnionStore($dst, $keys, $weights = null, $aggregate = null): static|int|false
    {
        return $this->reply($this->cluster->zUnionStore(...\func_get_args())) ?? false;
    }
}
