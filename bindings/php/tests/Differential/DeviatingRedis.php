<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** Differs from phpredis in each aspect that the comparison must detect. */
final class DeviatingRedis extends \Redis
{
    private bool $deviated = false;

    public function get($key)
    {
        return false;
    }

    public function strlen($key)
    {
        return (string) parent::strlen($key);
    }

    public function hscan($key, &$iterator, $pattern = null, $count = 0)
    {
        $fields = parent::hscan($key, $iterator);
        $iterator = '0';
        return $fields;
    }

    public function type($key)
    {
        $type = parent::type($key);
        trigger_error('Deviated', E_USER_WARNING);
        parent::set('deviation', 'x');
        $this->deviated = true;
        return $type;
    }

    public function getLastError()
    {
        return $this->deviated ? 'ERR none' : parent::getLastError();
    }
}
