<?php
declare(strict_types=1);

// A page of PHP-FPM with twenty commands, by ours or by the peer: phpredis, with a persistent connection to each node, which crc32 in PHP
// chooses. It prints what it has read.

require $_SERVER['PACKAGE'] . '/autoload.php';

/** phpredis over several nodes, as one writes it by hand. */
final class ByHand
{
    /** @var array<int, Redis> */
    private array $nodes = [];

    /** @param list<int> $ports */
    public function __construct(private readonly array $ports)
    {
    }

    public function at(string $key): Redis
    {
        $number = crc32($key) % count($this->ports);
        return $this->nodes[$number] ??= $this->connected($this->ports[$number]);
    }

    private function connected(int $port): Redis
    {
        $redis = new Redis();
        $redis->pconnect('127.0.0.1', $port);
        return $redis;
    }
}

/** Ours, in the manner of phpredis. The one place that knows which class of the package the page uses. */
final class Ours
{
    private readonly RedisCluster\Client $client;

    public function __construct(string $config)
    {
        $this->client = new RedisCluster\Client($config);
    }

    public function at(string $key): self
    {
        return $this;
    }

    public function get(string $key): string
    {
        return $this->client->run(['GET', $key], RedisCluster\Form::PHPREDIS);
    }

    public function set(string $key, string $value): bool
    {
        return $this->client->run(['SET', $key, $value], RedisCluster\Form::PHPREDIS);
    }

    /** @return array<string, string> */
    public function hGetAll(string $key): array
    {
        return $this->client->run(['HGETALL', $key], RedisCluster\Form::PHPREDIS | RedisCluster\Form::PAIRS);
    }

    public function hSet(string $key, string $field, string $value): int
    {
        return $this->client->run(['HSET', $key, $field, $value], RedisCluster\Form::PHPREDIS);
    }
}

$redis = $_SERVER['SIDE'] === 'ours' ? new Ours($_SERVER['CONFIG']) : new ByHand(array_map(intval(...), explode(' ', $_SERVER['PORTS'])));
$read = [];
for ($i = 0; $i < 4; $i++) {
    $page = "page:$i:{$_SERVER['NUMBER']}";
    $user = "user:$i:{$_SERVER['NUMBER']}";
    $read[] = $redis->at($page)->set($page, str_repeat("$page ", 20));
    $read[] = $redis->at($page)->get($page);
    $redis->at($user)->hSet($user, 'name', "The user $user");
    $read[] = $redis->at($user)->hGetAll($user);
    $read[] = $redis->at($page)->get($page);
}
echo json_encode($read);
