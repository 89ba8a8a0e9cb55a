<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Nodes;
use RedisCluster\ServerException;

/**
 * Runs commands on all servers, for Broadcasts.
 *
 * @internal of RedisCluster
 */
trait Everywhere
{
    /**
     * A configuration, and where aliases of it name one server, a client of each server once, and alias => its alias there.
     *
     * @var ?array{array<string, mixed>, ?Client, array<string, string>}
     */
    private ?array $distinctServers = null;

    /**
     * One command on all servers.
     *
     * @param list<string|int>                 $command
     * @param string|\Closure(mixed): mixed    $answer  'bool': whether it is a status; 'any' and other names: as it comes
     * @param bool                             $slaves  false: it is for masters alone
     */
    private function broadcast(string $method, array $command, string|\Closure $answer, bool $slaves = true): mixed
    {
        if ($this->queue !== null) {
            $this->queue->addStep($method, fn (): array => $this->everywhere($command, $answer, $slaves));
            return $this;
        }
        return $this->everywhere($command, $answer, $slaves);
    }

    /**
     * @param list<string|int> $command
     * @return array<string, mixed>
     */
    private function everywhere(array $command, string|\Closure $answer, bool $slaves): array
    {
        // A database is emptied twice without harm, and two aliases of one server may be for two of its databases.
        [$client, $renamed] = $command[0] === 'FLUSHDB' ? [$this->client, []] : $this->servers();
        $replies = $client->eachOn($slaves && !Discovery::readsFromMasters($this->config) ? Nodes::All : Nodes::Masters, ...$command);
        $values = [];
        foreach ($replies as $alias => $reply) {
            $values[$alias] = $this->answered($reply, $answer, !\str_contains($alias, '_slave'));
        }
        $answers = [];
        foreach (Discovery::masters($this->config) as $alias) {
            $there = $renamed[$alias] ?? $alias;
            $answers[$alias] = $values[$there];
            $answers["{$alias}_slave"] = $slaves ? $values[\array_key_exists("{$there}_slave", $values) ? "{$there}_slave" : $there] : null;
            for ($number = 2; \array_key_exists("{$there}_slave_$number", $values); $number++) {
                $answers["{$alias}_slave_$number"] = $values["{$there}_slave_$number"];
            }
        }
        return $answers;
    }

    private function answered(mixed $reply, string|\Closure $answer, bool $isMaster): mixed
    {
        if ($reply instanceof ServerException) {
            return $this->replies->error($reply);
        }
        if ($reply instanceof Exception) {
            return match (true) {
                !$isMaster => null,
                $reply instanceof ConnectionException => $this->failed($reply),
                default => throw $reply,
            };
        }
        return match (true) {
            $answer instanceof \Closure => $answer($reply),
            // Every string that such a command answers is a status.
            $answer === 'bool' => \is_string($reply),
            $answer === 'any' && $reply === 'OK' => true,
            default => $reply ?? false,
        };
    }

    /** @return array{Client, array<string, string>} */
    private function servers(): array
    {
        if ($this->distinctServers === null || $this->distinctServers[0] !== $this->config) {
            $distinct = Discovery::distinct($this->config);
            $this->distinctServers = [$this->config, $distinct === null ? null : new Client($distinct[0]), $distinct[1] ?? []];
        }
        return [$this->distinctServers[1] ?? $this->client, $this->distinctServers[2]];
    }

    /** @return array<string, bool> */
    private function selected(int $database): array
    {
        if ($database < 0) {
            $this->replies->lastError = 'ERR DB index is out of range';
        }
        $done = $database >= 0 && $this->configureIfTaken(Discovery::onDatabase($this->config, $database));
        $answers = [];
        foreach (Discovery::masters($this->config) as $alias) {
            $answers += [$alias => $done, "{$alias}_slave" => $done];
        }
        return $answers;
    }

    /**
     * In a transaction, one command as any other.
     *
     * @param list<string> $command
     */
    private function transacted(array $command, string $reply): ?static
    {
        if (!$this->queue?->isTransaction && $this->queue?->inner === null) {
            return null;
        }
        $this->queue->add(new Call($command, $reply));
        return $this;
    }

    private function debugged(string $key): mixed
    {
        $node = $this->client->nodeFor($key);
        $reply = $this->client->each('DEBUG', 'OBJECT', $node['key'])[$node['alias']];
        return $reply instanceof ServerException ? $this->replies->error($reply) : $reply;
    }
}
