<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** Differs from phpredis in each aspect that the comparison must detect. The return types are those that phpredis 6 declares. */
final class DeviatingRedis extends \Redis
{
    private bool $deviated = false;

    public function get($key): mixed
    {
        return (int) parent::get($key);
    }

    public function strlen($key): int|false
    {
        return parent::strlen($key) + 1;
    }

    public function hscan($key, &$iterator, $pattern = null, $count = 0): array|bool
    {
        $fields = parent::hscan($key, $iterator);
        $iterator = '0';
        return $fields;
    }

    public function type($key): int|false
    {
        $type = parent::type($key);
        trigger_error('Deviated', E_USER_WARNING);
        parent::set('deviation', 'x');
        $this->deviated = true;
        return $type;
    }

    public function getLastError(): ?string
    {
        return $this->deviated ? 'ERR none' : parent::getLastError();
    }
}
