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

/** Ours, which knows by itself where a key lives. */
final class Ours
{
    private readonly RedisCluster\RedisCluster $cluster;

    public function __construct(string $config)
    {
        $this->cluster = new RedisCluster\RedisCluster(json_decode($config, true));
    }

    public function at(string $key): RedisCluster\RedisCluster
    {
        return $this->cluster;
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
