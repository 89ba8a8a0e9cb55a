<?php

declare(strict_types=1);

// What is done to a client and a drop-in by abuses.php, by name: function (Client, RedisCluster). What is thrown is judged there;
// what must be so, they check themselves.

use RedisCluster\Client;
use RedisCluster\Read;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\OddValues;
use RedisCluster\Tests\Support\Unwilling;

/** Throws unless it is so. */
function must(bool $so, string $what): void
{
    $so || throw new LogicException("Not so: $what");
}

/** Throws unless a function throws what is promised. */
function mustRefuse(callable $function, string $what): void
{
    try {
        $function();
    } catch (TypeError | ValueError | RedisException) {
        return;
    }
    throw new LogicException("Not refused: $what");
}

/** Calls by name and with anything, and lets pass what is promised. */
function attempt(object $object, string $method, mixed ...$arguments): void
{
    try {
        $object->$method(...$arguments);
    } catch (TypeError | ValueError | RedisException) {
        // As promised.
    } catch (Error $error) {
        must(str_contains($error->getMessage(), 'undefined method'), $error->getMessage());
    }
}

return [
    '64 MiB in one argument' => static function (Client $client, RedisCluster $redis): void {
        $huge = str_repeat("huge\0\r\n\xff", 8 << 20);
        must($client->command('SET', 'huge', $huge) === 'OK', 'SET');
        must($client->command('GET', 'huge') === $huge, 'GET');
        must($redis->set('huge', $huge) === true && $redis->strlen('huge') === strlen($huge), 'set');
        must($redis->get('huge') === $huge, 'get');
    },
    '64 MiB in a key' => static function (Client $client, RedisCluster $redis): void {
        $huge = str_repeat('k', 64 << 20);
        must($redis->set($huge, 'x') === true, 'set');
        must($redis->get($huge) === 'x', 'get');
        must($client->nodeFor($huge)['key'] === $huge, 'nodeFor');
    },
    'a million arguments' => static function (Client $client, RedisCluster $redis): void {
        $keys = range(1, 1_000_000);
        must($redis->del($keys) === 0, 'del');
        must(count($redis->mget($keys)) === 1_000_000, 'mget');
        must($client->command('DEL', ...array_slice($keys, 0, 100_000)) === 0, 'DEL');
    },
    'arrays that contain themselves' => static function (Client $client, RedisCluster $redis): void {
        $recursive = ['one'];
        $recursive['self'] = &$recursive;
        $recursive[] = &$recursive;
        $methods = [
            'set', 'get', 'del', 'mget', 'mset', 'hMset', 'hMget', 'sAdd', 'sUnion', 'rPush', 'zAdd', 'eval', 'sort', 'xAdd',
            'watch', 'exists', 'pfAdd', 'geoAdd', 'rawCommand',
        ];
        array_push($methods, 'zUnionStore', 'sInterStore', 'bitOp', 'pfMerge', 'keys', 'object', 'xRead', 'xReadGroup', 'xAck');
        array_push($methods, 'xClaim', 'blPop', 'restore', 'setOption', '_serialize', '_pack', 'script', 'config');
        foreach ($methods as $method) {
            attempt($redis, $method, $recursive, $recursive, 1);
            attempt($redis, $method, 'one', $recursive, 1);
            attempt($redis, $method, 'one', 'two', $recursive);
        }
        foreach (['command', 'execute', 'each', 'explain', 'nodeFor'] as $method) {
            attempt($client, $method, $recursive);
            attempt($client, $method, 'GET', $recursive);
        }
        mustRefuse(static fn () => new Client($recursive), 'a configuration that contains itself');
        mustRefuse(static fn () => new RedisCluster($recursive), 'a configuration that contains itself');
    },
    'arrays in arrays in arrays' => static function (Client $client, RedisCluster $redis): void {
        $deep = 'one';
        for ($level = 0; $level < 50_000; $level++) {
            $deep = [$deep];
        }
        $methods = ['set', 'get', 'del', 'mget', 'mset', 'sAdd', 'sUnion', 'rPush', 'eval', 'rawCommand', 'hMset', 'pfAdd', 'watch'];
        foreach ($methods as $method) {
            attempt($redis, $method, $deep, $deep);
            attempt($redis, $method, 'one', $deep);
        }
        attempt($client, 'command', 'GET', $deep);
        attempt($client, 'execute', $deep);
        mustRefuse(static fn () => new Client(['nodes' => $deep]), 'a deep configuration');
    },
    'serializers of what cannot be serialized' => static function (Client $client, RedisCluster $redis): void {
        foreach ([RedisCluster::SERIALIZER_PHP, RedisCluster::SERIALIZER_JSON, RedisCluster::SERIALIZER_IGBINARY] as $serializer) {
            attempt($redis, 'setOption', RedisCluster::OPT_SERIALIZER, $serializer);
            foreach ([static fn () => 1, (static fn () => yield 1)(), NAN, INF, "\xff", STDIN, new Unwilling(), Read::Master] as $value) {
                try {
                    $redis->set('one', $value);
                    $redis->get('one');
                    $redis->_serialize($value);
                } catch (Exception $exception) {
                    // serialize() itself throws an Exception for a closure, with phpredis as with us.
                    must($exception instanceof RedisException || str_contains($exception->getMessage(), 'erializ'), $exception->getMessage());
                } catch (TypeError | ValueError) {
                    // As promised.
                }
            }
        }
    },
    'values of every kind in every place' => static function (Client $client, RedisCluster $redis): void {
        foreach ((new OddValues())->all() as $value) {
            $methods = ['get', 'del', 'mget', 'hGetAll', 'zCard', 'exists', 'keys', 'echo', 'scan', '_prefix', 'getOption'];
            foreach ([...$methods, 'getnodefor', 'setSelectDB', 'object', 'noSuchMethod'] as $method) {
                attempt($redis, $method, $value);
                attempt($redis, $method, 'one', $value);
                attempt($redis, $method, $value, $value);
            }
            attempt($client, 'command', $value);
            attempt($client, 'command', 'GET', $value);
            attempt($client, 'execute', [[$value]]);
            attempt($client, 'execute', $value);
            attempt($client, 'recover', $value);
            attempt($client, 'withRead', $value);
            attempt($client, 'eachOn', $value, 'PING');
            attempt($client->session(), 'execute', [['MULTI'], ['SET', 'one', $value], ['EXEC'], $value]);
        }
    },
    'configurations of every kind' => static function (): void {
        foreach ((new OddValues())->all() as $name => $value) {
            $address = ['host' => $value, 'port' => $value];
            $configs = [$value, ['nodes' => $value], ['nodes' => ['node_1' => $value]], ['nodes' => ['node_1' => $address]]];
            foreach ($configs as $config) {
                foreach ([Client::class, RedisCluster::class] as $class) {
                    try {
                        new $class($config);
                    } catch (TypeError | ValueError | RedisException) {
                        // As promised.
                    }
                }
            }
        }
    },
    'arguments by reference' => static function (Client $client, RedisCluster $redis): void {
        $key = 'one';
        $value = 5;
        $keys = [&$key, 'two'];
        $pairs = ['one' => &$value];
        must($redis->mset($pairs) === true && $redis->mget($keys) === ['5', false], 'mset and mget');
        must($pairs === ['one' => 5] && $keys === ['one', 'two'], 'the arrays of the caller');
        must($client->command('GET', ...$keys + [1 => 'x']) === null || true, 'GET');
        $iterator = &$key;
        attempt($redis, 'scan', $iterator);
        attempt($redis, 'hScan', 'one', $iterator);
    },
    'numbers that are none' => static function (Client $client, RedisCluster $redis): void {
        foreach ([INF, -INF, NAN, 1e300, PHP_INT_MIN, -0.0] as $number) {
            attempt($redis, 'set', $number, $number);
            attempt($redis, 'expire', 'one', $number);
            attempt($redis, 'incrByFloat', 'one', $number);
            attempt($redis, 'zAdd', 'zset', $number, 'm');
            attempt($redis, 'lRange', 'list', $number, $number);
            attempt($client, 'command', 'SET', $number, $number);
            attempt($client, 'recover', $number);
            attempt($client->session(), 'receive', min($number, 0.0));
        }
    },
    'a client that was closed, and what it had made' => static function (Client $client): void {
        $other = new Client((string) getenv('REDISCLUSTER_CONFIG'), false);
        $session = $other->session();
        $pipeline = $other->pipeline();
        $view = $other->withRead(Read::Master);
        $other->close();
        $other->close();
        mustRefuse(static fn () => $other->command('PING'), 'a command of a closed client');
        mustRefuse(static fn () => $other->session(), 'a session of a closed client');
        mustRefuse(static fn () => $other->withRead(Read::Master), 'a view of a closed client');
        mustRefuse(static fn () => $other->nodeFor('x'), 'nodeFor of a closed client');
        attempt($pipeline->command('GET', 'x'), 'execute');
        attempt($session, 'command', 'GET', 'x');
        attempt($view, 'command', 'GET', 'x');
        $session->close();
        mustRefuse(static fn () => $session->command('GET', 'x'), 'a command of a closed session');
        mustRefuse(static fn () => $session->receive(0.0), 'receive of a closed session');
    },
    'copies, and what PHP makes of texts' => static function (Client $client, RedisCluster $redis): void {
        $copies = [static fn () => clone $client, static fn () => clone $client->session()];
        $texts = [static fn () => serialize($client), static fn () => serialize($client->session())];
        foreach ([...$copies, ...$texts] as $function) {
            try {
                $function();
            } catch (Throwable $thrown) {
                must($thrown instanceof Error || $thrown instanceof Exception, 'an exception');
            }
        }
        foreach ([Client::class, \RedisCluster\Session::class, RedisCluster::class] as $class) {
            $text = sprintf('O:%d:"%s":0:{}', strlen($class), $class);
            try {
                $made = @unserialize($text);
                is_object($made) && attempt($made, 'command', 'GET', 'one');
                is_object($made) && attempt($made, 'close');
            } catch (Throwable $thrown) {
                must($thrown instanceof Error || $thrown instanceof Exception, 'an exception');
            }
        }
        foreach ([Client::class, RedisCluster::class] as $class) {
            $made = (new ReflectionClass($class))->newInstanceWithoutConstructor();
            try {
                $class === Client::class ? $made->command('GET', 'one') : $made->get('one');
            } catch (Error) {
                // Its properties were never set.
            }
            unset($made);
        }
    },
];
