<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

use RedisCluster\Client;
use RedisCluster\Exception;

/**
 * Checks the nodes of a configuration.
 *
 * @internal
 */
final class NodeCheck
{
    public function __construct(private readonly Report $report)
    {
    }

    public function check(string $config): void
    {
        try {
            $loaded = self::load($config);
            $client = new Client($loaded, shared: false);
            $pongs = $client->each('PING');
            $roles = $client->each('ROLE');
        } catch (\Throwable $thrown) {
            $this->report->missing('the configuration: ' . $thrown->getMessage(), 'See the table of configuration keys in the README of the project.');
            return;
        }
        $areUsable = true;
        foreach ($pongs as $alias => $pong) {
            $areUsable = $this->node($alias, $pong, $roles[$alias]) && $areUsable;
        }
        if ($areUsable) {
            (new HashTagCheck($this->report))->check(\is_array($loaded) ? $loaded : \json_decode($loaded, true));
        }
    }

    /** @return array<mixed>|string */
    private static function load(string $config): array|string
    {
        if (\str_starts_with(\ltrim($config), '{')) {
            return $config;
        }
        if (!\is_file($config)) {
            throw new \RuntimeException("there is no file $config");
        }
        $text = (string) \file_get_contents($config);
        if (!\str_contains($text, '<?php')) {
            return $text;
        }
        $array = (static fn (): mixed => require $config)();
        return \is_array($array) ? $array : throw new \RuntimeException("$config does not return an array");
    }

    private function node(string $alias, mixed $pong, mixed $role): bool
    {
        $failure = $pong instanceof Exception ? $pong : ($role instanceof Exception ? $role : null);
        if ($failure !== null) {
            $message = $failure->getMessage(); // has the alias, unless it is an error reply
            $this->report->missing(\str_starts_with($message, $alias) ? $message : "$alias: $message", self::advice($failure));
        } elseif ($role[0] !== 'master') {
            $this->report->missing("$alias is a $role[0], not a master", 'Configure its master instead: replicas are discovered from their masters.');
        } else {
            $count = \count($role[2]);
            $this->report->ok("$alias replies, and is a master" . ($count === 0 ? '' : " with $count replica" . ($count === 1 ? '' : 's')));
            return true;
        }
        return false;
    }

    private static function advice(Exception $failure): string
    {
        return match (true) {
            \preg_match('/^(NOAUTH|WRONGPASS|NOPERM)/', $failure->getMessage()) === 1 => 'Set `username` and `password` of the node.',
            $failure->getCode() === Exception::CONNECT => 'Start the server, or correct `host` and `port` (or `unix`). Check its `bind` setting and firewalls.',
            default => 'Check the server and its log.',
        };
    }
}
