<?php

declare(strict_types=1);

// The cases of misuse.php: name => function (Client, RedisCluster). misuse.php checks the exceptions; the functions check the results.

use RedisCluster\Client;
use RedisCluster\Read;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\ThrowingStringable;
use RedisCluster\Tests\Support\UnusualValues;

/** Throws unless the condition holds. */
function must(bool $condition, string $description): void
{
    $condition || throw new LogicException("failed: $description");
}

/** Throws unless the function throws a documented exception. */
function mustReject(callable $function, string $description): void
{
    try {
        $function();
    } catch (TypeError | ValueError | RedisException) {
        return;
    }
    throw new LogicException("not rejected: $description");
}

/** Calls a method and ignores documented exceptions. */
function attempt(object $object, string $method, mixed ...$arguments): void
{
    try {
        $object->$method(...$arguments);
    } catch (TypeError | ValueError | RedisException) {
        // A documented exception.
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
        mustReject(static fn () => new Client($recursive), 'a configuration that contains itself');
        mustReject(static fn () => new RedisCluster($recursive), 'a configuration that contains itself');
    },
    'deeply nested arrays' => static function (Client $client, RedisCluster $redis): void {
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
        mustReject(static fn () => new Client(['nodes' => $deep]), 'a deep configuration');
    },
    'values that cannot be serialized' => static function (Client $client, RedisCluster $redis): void {
        foreach ([RedisCluster::SERIALIZER_PHP, RedisCluster::SERIALIZER_JSON, RedisCluster::SERIALIZER_IGBINARY] as $serializer) {
            attempt($redis, 'setOption', RedisCluster::OPT_SERIALIZER, $serializer);
            foreach ([static fn () => 1, (static fn () => yield 1)(), NAN, INF, "\xff", STDIN, new ThrowingStringable(), Read::Master] as $value) {
                try {
                    $redis->set('one', $value);
                    $redis->get('one');
                    $redis->_serialize($value);
                } catch (Exception $exception) {
                    // serialize() throws an Exception for a closure, with phpredis too.
                    must($exception instanceof RedisException || str_contains($exception->getMessage(), 'erializ'), $exception->getMessage());
                } catch (TypeError | ValueError) {
                    // A documented exception.
                }
            }
        }
    },
    'values of every type in every argument' => static function (Client $client, RedisCluster $redis): void {
        foreach ((new UnusualValues())->all() as $value) {
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
            attempt($client, 'recoverTo', $value, $value);
            attempt($client, 'withRead', $value);
            attempt($client, 'eachOn', $value, 'PING');
            attempt($client->session(), 'execute', [['MULTI'], ['SET', 'one', $value], ['EXEC'], $value]);
        }
    },
    'configurations of every type' => static function (): void {
        foreach ((new UnusualValues())->all() as $name => $value) {
            $address = ['host' => $value, 'port' => $value];
            $configs = [$value, ['nodes' => $value], ['nodes' => ['node_1' => $value]], ['nodes' => ['node_1' => $address]]];
            foreach ($configs as $config) {
                foreach ([Client::class, RedisCluster::class] as $class) {
                    try {
                        new $class($config);
                    } catch (TypeError | ValueError | RedisException) {
                        // A documented exception.
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
        must($pairs === ['one' => 5] && $keys === ['one', 'two'], 'the arrays of the caller are unchanged');
        must($client->command('GET', ...$keys + [1 => 'x']) === null || true, 'GET');
        $iterator = &$key;
        attempt($redis, 'scan', $iterator);
        attempt($redis, 'hScan', 'one', $iterator);
    },
    'numbers that are not finite or not integers' => static function (Client $client, RedisCluster $redis): void {
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
    'a closed client and its sessions and pipelines' => static function (Client $client): void {
        $other = new Client((string) getenv('REDISCLUSTER_CONFIG'), false);
        $session = $other->session();
        $pipeline = $other->pipeline();
        $derived = $other->withRead(Read::Master);
        $other->close();
        $other->close();
        mustReject(static fn () => $other->command('PING'), 'a command of a closed client');
        mustReject(static fn () => $other->session(), 'a session of a closed client');
        mustReject(static fn () => $other->withRead(Read::Master), 'withRead of a closed client');
        mustReject(static fn () => $other->nodeFor('x'), 'nodeFor of a closed client');
        attempt($pipeline->command('GET', 'x'), 'execute');
        attempt($session, 'command', 'GET', 'x');
        attempt($derived, 'command', 'GET', 'x');
        $session->close();
        mustReject(static fn () => $session->command('GET', 'x'), 'a command of a closed session');
        mustReject(static fn () => $session->receive(0.0), 'receive of a closed session');
    },
    'clone, serialize and unserialize' => static function (Client $client, RedisCluster $redis): void {
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
                // Its properties are not initialized.
            }
            unset($made);
        }
    },
];
