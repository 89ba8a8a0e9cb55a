<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** Differs from phpredis in everything that the judge has to see. */
final class Liar extends \Redis
{
    private bool $lied = false;

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
        trigger_error('Deceived', E_USER_WARNING);
        parent::set('lie', 'x');
        $this->lied = true;
        return $type;
    }

    public function getLastError()
    {
        return $this->lied ? 'ERR none' : parent::getLastError();
    }
}
