<?php

declare(strict_types=1);

namespace RedisCluster\Observer;

use RedisCluster\Client;
use RedisCluster\CommandBatch;
use RedisCluster\Nodes;
use RedisCluster\Request;

/** A client that tells an observer of its commands, and of those of its sessions. */
final class ObservedClient extends Client
{
    use ObservesCommands;

    /** @param array<string, mixed>|string $config see Client::__construct(); clients with the same configuration share connections */
    public function __construct(#[\SensitiveParameter] array|string $config, CommandObserver $observer, bool $shared = true)
    {
        $this->observer = $observer;
        parent::__construct($config, $shared);
    }

    /**
     * A client with the same observer.
     *
     * @param array<string, mixed> $config
     */
    public function withConfig(#[\SensitiveParameter] array $config): self
    {
        return new self($config, $this->observer);
    }

    public function session(): ObservedSession
    {
        return new ObservedSession($this->library, $this->handle, $this->observer);
    }

    public function eachOn(Nodes $nodes, string|int|float|\Stringable ...$command): array
    {
        $words = [Request::toStrings(\array_values($command))];
        return $this->observed($words, fn (): array => [parent::eachOn($nodes, ...$command)])[0];
    }

    public function runBatch(CommandBatch $batch, ?int $format = null): array
    {
        return $this->observed($batch->commands(), fn (): array => parent::runBatch($batch, $format));
    }
}
