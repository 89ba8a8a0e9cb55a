<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\CommandMethods;

/**
 * Generated from Phpredis\Methods\Streams by `make generated`: do not edit.
 *
 * @internal
 */
trait Streams
{
    /** @return static|int|false */
    public function xAck(?string $key, ?string $group, array $ids): static|int|false|null
    {
        return $this->runMethod('xAck', \func_get_args());
    }

    /** @return static|array|false */
    public function xAckDel(?string $key, ?string $group, array $ids, ?string $mode = null): static|array|false|null
    {
        return $this->runMethod('xAckDel', \func_get_args());
    }

    /** @return static|string|false */
    public function xAdd(
        ?string $key,
        ?string $id,
        array $values,
        ?int $maxlen = 0,
        ?bool $approx = false,
        ?bool $nomkstream = false,
    ): static|string|false|null {
        return $this->runMethod('xAdd', \func_get_args());
    }

    /** @return static|array|false */
    public function xAutoClaim(
        ?string $key,
        ?string $group,
        ?string $consumer,
        ?int $min_idle,
        ?string $start,
        ?int $count = -1,
        ?bool $justid = false,
    ): static|array|false|null {
        return $this->runMethod('xAutoClaim', \func_get_args());
    }

    /** @return static|array|false */
    public function xClaim(
        ?string $key,
        ?string $group,
        ?string $consumer,
        ?int $min_idle,
        array $ids,
        array $options = [],
    ): static|array|false|null {
        return $this->runMethod('xClaim', \func_get_args());
    }

    /** @return static|int|false */
    public function xDel(?string $key, array $ids): static|int|false|null
    {
        return $this->runMethod('xDel', \func_get_args());
    }

    /** @return static|array|false */
    public function xDelEx(?string $key, array $ids, ?string $mode = null): static|array|false|null
    {
        return $this->runMethod('xDelEx', \func_get_args());
    }

    public function xGroup(
        ?string $operation,
        ?string $key = null,
        ?string $group = null,
        ?string $id_or_consumer = null,
        ?bool $mkstream = false,
        ?int $entries_read = -2,
    ): mixed {
        return $this->runMethod('xGroup', \func_get_args());
    }

    /** @return static|array|false */
    public function xInfo(?string $operation, ?string $arg1 = null, ?string $arg2 = null, ?int $count = -1): static|array|false|null
    {
        return $this->runMethod('xInfo', \func_get_args());
    }

    /** @return static|int|false */
    public function xLen(?string $key): static|int|false|null
    {
        return $this->runMethod('xLen', \func_get_args());
    }

    /** @return static|array|false */
    public function xPending(
        ?string $key,
        ?string $group,
        ?string $start = null,
        ?string $end = null,
        ?int $count = -1,
        ?string $consumer = null,
    ): static|array|false|null {
        return $this->runMethod('xPending', \func_get_args());
    }

    /** @return static|array|false */
    public function xRange(?string $key, ?string $start, ?string $end, ?int $count = -1): static|array|false|null
    {
        return $this->runMethod('xRange', \func_get_args());
    }

    /** @return static|array|false|null */
    public function xRead(array $streams, ?int $count = -1, ?int $block = -1): static|array|false|null
    {
        return $this->runMethod('xRead', \func_get_args());
    }

    /** @return static|array|false|null */
    public function xReadGroup(?string $group, ?string $consumer, array $streams, ?int $count = 1, ?int $block = 1): static|array|false|null
    {
        return $this->runMethod('xReadGroup', \func_get_args());
    }

    /** @return static|array|false */
    public function xRevRange(?string $key, ?string $end, ?string $start, ?int $count = -1): static|array|false|null
    {
        return $this->runMethod('xRevRange', \func_get_args());
    }

    /** @return static|int|false */
    public function xTrim(
        ?string $key,
        string|int|null $threshold,
        ?bool $approx = false,
        ?bool $minid = false,
        ?int $limit = -1,
    ): static|int|false|null {
        return $this->runMethod('xTrim', \func_get_args());
    }
}
