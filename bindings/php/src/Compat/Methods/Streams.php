<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Streams
{
    public function xAckDel($key, $group, $ids, $mode = null): static|array|false
    {
        return $this->reply($this->cluster->xAckDel(...\func_get_args())) ?? false;
    }

    public function xAdd($key, $id, $values, $maxlen = 0, $approx = false, $nomkstream = false): static|string|false
    {
        return $this->reply($this->cluster->xAdd(...\func_get_args())) ?? false;
    }

    public function xAutoClaim($key, $group, $consumer, $min_idle, $start, $count = -1, $justid = false): static|array|bool
    {
        return $this->reply($this->cluster->xAutoClaim(...\func_get_args())) ?? false;
    }

    public function xClaim($key, $group, $consumer, $min_idle, $ids, $options = []): static|array|bool
    {
        return $this->reply($this->cluster->xClaim(...\func_get_args())) ?? false;
    }

    public function xDel($key, $ids): static|int|false
    {
        return $this->reply($this->cluster->xDel(...\func_get_args())) ?? false;
    }

    public function xDelEx($key, $ids, $mode = null): static|array|false
    {
        return $this->reply($this->cluster->xDelEx(...\func_get_args())) ?? false;
    }

    public function xGroup($operation, $key = null, $group = null, $id_or_consumer = null, $mkstream = false, $entries_read = -2): mixed
    {
        return $this->reply($this->cluster->xGroup(...\func_get_args()));
    }

    public function xInfo($operation, $arg1 = null, $arg2 = null, $count = -1): mixed
    {
        return $this->reply($this->cluster->xInfo(...\func_get_args()));
    }

    public function xLen($key): static|int|false
    {
        return $this->reply($this->cluster->xLen(...\func_get_args())) ?? false;
    }

    public function xPending($key, $group, $start = null, $end = null, $count = -1, $consumer = null): static|array|false
    {
        return $this->reply($this->cluster->xPending(...\func_get_args())) ?? false;
    }

    public function xRange($key, $start, $end, $count = -1): static|array|bool
    {
        return $this->reply($this->cluster->xRange(...\func_get_args())) ?? false;
    }

    public function xRead($streams, $count = -1, $block = -1): static|array|bool
    {
        return $this->reply($this->cluster->xRead(...\func_get_args())) ?? false;
    }

    public function xReadGroup($group, $consumer, $streams, $count = 1, $block = 1): static|array|bool
    {
        return $this->reply($this->cluster->xReadGroup(...\func_get_args())) ?? false;
    }

    public function xRevRange($key, $end, $start, $count = -1): static|array|bool
    {
        return $this->reply($this->cluster->xRevRange(...\func_get_args())) ?? false;
    }

    public function xTrim($key, $threshold, $approx = false, $minid = false, $limit = -1): static|int|false
    {
        return $this->reply($this->cluster->xTrim(...\func_get_args())) ?? false;
    }
}
