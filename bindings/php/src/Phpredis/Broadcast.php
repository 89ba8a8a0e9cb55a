<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Nodes;
use RedisCluster\Observer\ObservedClient;
use RedisCluster\ServerException;

/**
 * Runs one command on every server.
 *
 * Replies are [alias => reply, alias_slave => reply] for each master. If a master has no replica, or reads go to masters only, the
 * master's reply is repeated for the replica, as in rediscluster-php. The reply of a server that cannot be reached is null; for a
 * master, the failure is logged, and getLastError() returns it. If no master can be reached, the failure is thrown.
 *
 * For a class that represents one server: the reply that the library merges from those of all masters.
 *
 * @internal
 */
final class Broadcast
{
    /**
     * If two aliases name one server: a client that names each server once, and alias => alias there. Both for this configuration.
     *
     * @var ?array{Configuration, ?Client, array<string, string>}
     */
    private ?array $distinctServers = null;

    /** @param bool $asOneServer whether there is one reply instead of one for each alias */
    public function __construct(
        private readonly ConnectionState $state,
        private readonly ReplyConverter $replies,
        public readonly bool $asOneServer = false,
    ) {
    }

    /**
     * Sends now, or when exec() runs the pipeline. In a transaction the library runs the command on all masters and combines their replies,
     * so the reply is one value, as from one server.
     *
     * @param list<string|int>              $command
     * @param string|\Closure(mixed): mixed $reply      the conversion. 'bool': whether the reply is a status; 'any': true for OK, other
     *                                                  replies unchanged; other names: unchanged
     * @param bool                          $toReplicas false: only masters receive the command, and null is reported for replicas
     * @return mixed [alias => reply], or the reply of the one server; null: queued
     */
    public function send(string $method, array $command, string|\Closure $reply, bool $toReplicas = true): mixed
    {
        if ($this->state->queue?->isInTransaction()) {
            $this->state->queue->add(new Call($command, $reply));
            return null;
        }
        if ($this->state->queue !== null) {
            $this->state->queue->addStep($method, fn (): mixed => $this->sendNow($command, $reply, $toReplicas));
            return null;
        }
        return $this->sendNow($command, $reply, $toReplicas);
    }

    /** @param list<string|int> $command */
    private function sendNow(array $command, string|\Closure $conversion, bool $toReplicas): mixed
    {
        return $this->asOneServer ? $this->sendAsOne($command, $conversion) : $this->sendToEach($command, $conversion, $toReplicas);
    }

    /** @param list<string|int> $command */
    private function sendAsOne(array $command, string|\Closure $conversion): mixed
    {
        try {
            return $this->convert($this->state->client->run($command), $conversion, true);
        } catch (ConnectionException $failure) {
            return $this->replies->connectionFailure($failure);
        }
    }

    /**
     * @param list<string|int> $command
     * @return array<string, mixed>
     */
    private function sendToEach(array $command, string|\Closure $conversion, bool $toReplicas): array
    {
        $config = $this->state->config;
        // Not for FLUSHDB: two aliases of one server may be for two of its databases, and emptying one twice does no harm.
        [$client, $aliases] = $command[0] === 'FLUSHDB' ? [$this->state->client, []] : $this->distinctServers($config);
        $nodes = $toReplicas && !$config->readsFromMasters() ? Nodes::All : Nodes::Masters;
        $converted = $this->convertEach($client->eachOn($nodes, ...$command), $conversion);
        $replies = [];
        foreach ($config->masters() as $alias) {
            $source = $aliases[$alias] ?? $alias;
            $replies[$alias] = $converted[$source];
            $hasReplica = \array_key_exists("{$source}_slave", $converted);
            $replies["{$alias}_slave"] = $toReplicas ? $converted[$hasReplica ? "{$source}_slave" : $source] : null;
            for ($number = 2; \array_key_exists("{$source}_slave_$number", $converted); $number++) {
                $replies["{$alias}_slave_$number"] = $converted["{$source}_slave_$number"];
            }
        }
        return $replies;
    }

    /**
     * @param array<string, mixed> $replies
     * @return array<string, mixed>
     */
    private function convertEach(array $replies, string|\Closure $conversion): array
    {
        $isMaster = static fn (string $alias): bool => !\str_contains($alias, '_slave');
        $masters = \array_filter($replies, $isMaster, \ARRAY_FILTER_USE_KEY);
        $unreachable = \array_filter($masters, static fn (mixed $reply): bool => $reply instanceof ConnectionException);
        $converted = [];
        foreach ($replies as $alias => $reply) {
            if (isset($unreachable[$alias]) && \count($unreachable) < \count($masters)) {
                $this->replies->logFailure($reply);
                $converted[$alias] = null;
            } else {
                $converted[$alias] = $this->convert($reply, $conversion, $isMaster($alias));
            }
        }
        return $converted;
    }

    private function convert(mixed $reply, string|\Closure $conversion, bool $isMaster): mixed
    {
        if ($reply instanceof ServerException) {
            return $this->replies->serverError($reply, $conversion);
        }
        if ($reply instanceof Exception) {
            return match (true) {
                !$isMaster => null,
                $reply instanceof ConnectionException => $this->replies->connectionFailure($reply),
                default => throw $reply,
            };
        }
        return match (true) {
            $conversion instanceof \Closure => $conversion($reply),
            // These commands have no string reply other than a status.
            $conversion === 'bool' => \is_string($reply),
            $conversion === 'any' && $reply === 'OK' => true,
            default => $reply ?? false,
        };
    }

    /** @return array{Client, array<string, string>} */
    private function distinctServers(Configuration $config): array
    {
        if ($this->distinctServers === null || $this->distinctServers[0] !== $config) {
            [$distinct, $aliases] = (new NodeList($this->state->client))->withoutDuplicates($config) ?? [null, []];
            $client = $this->state->client;
            $client = match (true) {
                $distinct === null => null,
                $client instanceof ObservedClient => $client->withConfig($distinct->values),
                default => new Client($distinct->values),
            };
            $this->distinctServers = [$config, $client, $aliases];
        }
        return [$this->distinctServers[1] ?? $this->state->client, $this->distinctServers[2]];
    }
}
