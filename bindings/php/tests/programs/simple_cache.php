<?php

declare(strict_types=1);

// simple_cache.php VERSION: uses SimpleCache with the interfaces of psr/simple-cache version 1, 2 or 3.

use RedisCluster\Cache\SimpleCache;
use RedisCluster\Client;

require __DIR__ . '/../../autoload.php';

$methods = <<<'PHP'
    public function get($key, $default = null): mixed;
    public function set($key, $value, $ttl = null): bool;
    public function delete($key): bool;
    public function clear(): bool;
    public function getMultiple($keys, $default = null): iterable;
    public function setMultiple($values, $ttl = null): bool;
    public function deleteMultiple($keys): bool;
    public function has($key): bool;
    PHP;
$types = ['key' => 'string', 'keys' => 'iterable', 'values' => 'iterable', 'ttl' => 'null|int|\DateInterval'];
$version = (int) $argv[1];
if ($version >= 2) {
    $methods = preg_replace_callback('/\$(\w+)/', fn (array $name): string => ($types[$name[1]] ?? 'mixed') . " $name[0]", $methods);
}
if ($version < 3) {
    $methods = preg_replace('/: \w+;/', ';', $methods);
}
$throwable = $version >= 2 ? 'extends \Throwable' : '';
eval("namespace Psr\SimpleCache;
    interface CacheInterface { $methods }
    interface CacheException $throwable {}
    interface InvalidArgumentException extends CacheException {}");

$cache = new SimpleCache(new Client(getenv('REDISCLUSTER_CONFIG')));
$cache->set('foo', 'bar', new DateInterval('PT10S'));
try {
    $cache->get('');
} catch (Psr\SimpleCache\InvalidArgumentException $exception) {
    $thrown = get_class($exception);
}
echo new ReflectionMethod(Psr\SimpleCache\CacheInterface::class, 'has');
echo json_encode([$cache->get('foo'), $cache->getMultiple(['foo', 'none']), $thrown]);
