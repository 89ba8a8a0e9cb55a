<?php
declare(strict_types=1);

// A page for PHP-FPM with twenty commands, run by our class or by the peer: phpredis with a persistent connection to each node, selected by
// crc32() in PHP. Prints the values that it read.

require $_SERVER['PACKAGE'] . '/autoload.php';

/** phpredis with several nodes: application code selects the connection. */
final class PhpredisByNode
{
    /** @var array<int, Redis> */
    private array $nodes = [];

    /** @param list<int> $ports */
    public function __construct(private readonly array $ports)
    {
    }

    public function forKey(string $key): Redis
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

/** Our class, which selects the node itself. */
final class Ours
{
    private readonly RedisCluster\RedisCluster $cluster;

    public function __construct(string $config)
    {
        $this->cluster = new RedisCluster\RedisCluster(json_decode($config, true));
    }

    public function forKey(string $key): RedisCluster\RedisCluster
    {
        return $this->cluster;
    }
}

$redis = $_SERVER['SIDE'] === 'ours' ? new Ours($_SERVER['CONFIG']) : new PhpredisByNode(array_map(intval(...), explode(' ', $_SERVER['PORTS'])));
$read = [];
for ($i = 0; $i < 4; $i++) {
    $page = "page:$i:{$_SERVER['NUMBER']}";
    $user = "user:$i:{$_SERVER['NUMBER']}";
    $read[] = $redis->forKey($page)->set($page, str_repeat("$page ", 20));
    $read[] = $redis->forKey($page)->get($page);
    $redis->forKey($user)->hSet($user, 'name', "The user $user");
    $read[] = $redis->forKey($user)->hGetAll($user);
    $read[] = $redis->forKey($page)->get($page);
}
echo json_encode($read);
