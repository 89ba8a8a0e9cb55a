<?php

// Without strict types; see Compat\Redis.

namespace RedisCluster\Compat\Methods;

/**
 * Generated from RedisCluster and the signatures of phpredis 6 by `make generated`: do not edit.
 *
 * @internal
 */
trait Connections
{
    public function close(): bool
    {
        return $this->cluster->close(...\func_get_args());
    }

    public function reset(): static|bool
    {
        return $this->reply($this->cluster->reset(...\func_get_args())) ?? false;
    }

    public function observe($observer): void
    {
        $this->cluster->observe(...\func_get_args());
    }

    public function setOption($option, $value): bool
    {
        return $this->cluster->setOption(...\func_get_args());
    }

    public function getOption($option): mixed
    {
        return $this->reply($this->cluster->getOption(...\func_get_args()));
    }

    public function _prefix($key): string
    {
        return $this->cluster->_prefix(...\func_get_args());
    }

    public function _serialize($value): string
    {
        return $this->cluster->_serialize(...\func_get_args());
    }

    public function _unserialize($value): mixed
    {
        return $this->reply($this->cluster->_unserialize(...\func_get_args()));
    }

    public function _compress($value): string
    {
        return $this->cluster->_compress(...\func_get_args());
    }

    public function _uncompress($value): string
    {
        return $this->cluster->_uncompress(...\func_get_args());
    }

    public function _pack($value): string
    {
        return $this->cluster->_pack(...\func_get_args());
    }

    public function _unpack($value): mixed
    {
        return $this->reply($this->cluster->_unpack(...\func_get_args()));
    }

    public function multi($value = 1): static|bool
    {
        return $this->reply($this->cluster->multi(...\func_get_args())) ?? false;
    }

    public function pipeline(): static|bool
    {
        return $this->reply($this->cluster->pipeline(...\func_get_args())) ?? false;
    }

    public function exec(): static|array|false
    {
        return $this->reply($this->cluster->exec(...\func_get_args())) ?? false;
    }

    public function discard(): static|bool
    {
        return $this->reply($this->cluster->discard(...\func_get_args())) ?? false;
    }

    public function watch($key, ...$other_keys): static|bool
    {
        return $this->reply($this->cluster->watch(...(\func_get_args() + $other_keys))) ?? false;
    }

    public function unwatch(): static|bool
    {
        return $this->reply($this->cluster->unwatch(...\func_get_args())) ?? false;
    }

    public function getMode(): int
    {
        return $this->cluster->getMode(...\func_get_args());
    }

    public function getnodefor($name): array
    {
        return $this->cluster->getnodefor(...\func_get_args());
    }

    public function setSelectDB($db): bool
    {
        return $this->cluster->setSelectDB(...\func_get_args());
    }

    public function auth($credentials): static|bool
    {
        return $this->reply($this->cluster->auth(...\func_get_args())) ?? false;
    }

    public function connect($host = null, $port = 6379, $timeout = 0, $persistent_id = null, $retry_interval = 0, $read_timeout = 0, $context = null): bool
    {
        return $this->cluster->connect(...\func_get_args());
    }

    public function pconnect($host = null, $port = 6379, $timeout = 0, $persistent_id = null, $retry_interval = 0, $read_timeout = 0, $context = null): bool
    {
        return $this->cluster->pconnect(...\func_get_args());
    }

    public function open($host = null, $port = 6379, $timeout = 0, $persistent_id = null, $retry_interval = 0, $read_timeout = 0, $context = null): bool
    {
        return $this->cluster->open(...\func_get_args());
    }

    public function popen($host = null, $port = 6379, $timeout = 0, $persistent_id = null, $retry_interval = 0, $read_timeout = 0, $context = null): bool
    {
        return $this->cluster->popen(...\func_get_args());
    }

    public function isConnected(): bool
    {
        return $this->cluster->isConnected(...\func_get_args());
    }

    public function getHost(): string
    {
        return $this->cluster->getHost(...\func_get_args());
    }

    public function getPort(): int
    {
        return $this->cluster->getPort(...\func_get_args());
    }

    public function getDBNum(): int
    {
        return $this->cluster->getDBNum(...\func_get_args());
    }

    public function getTimeout(): float|false
    {
        return $this->cluster->getTimeout(...\func_get_args());
    }

    public function getReadTimeout(): float
    {
        return $this->cluster->getReadTimeout(...\func_get_args());
    }

    public function getPersistentID(): ?string
    {
        return $this->cluster->getPersistentID(...\func_get_args());
    }

    public function getAuth(): mixed
    {
        return $this->reply($this->cluster->getAuth(...\func_get_args()));
    }

    public function getTransferredBytes(): array
    {
        return $this->cluster->getTransferredBytes(...\func_get_args());
    }

    public function clearTransferredBytes(): void
    {
        $this->cluster->clearTransferredBytes(...\func_get_args());
    }

    public function getLastError(): ?string
    {
        return $this->cluster->getLastError(...\func_get_args());
    }

    public function clearLastError(): bool
    {
        return $this->cluster->clearLastError(...\func_get_args());
    }

    public function info(...$sections): static|array|false
    {
        return $this->reply($this->cluster->info(...(\func_get_args() + $sections))) ?? false;
    }

    public function ping($message = null): static|string|bool
    {
        return $this->reply($this->cluster->ping(...\func_get_args())) ?? false;
    }

    public function time(): static|array
    {
        return $this->reply($this->cluster->time(...\func_get_args())) ?? [];
    }

    public function config($operation, $key_or_settings = null, $value = null): mixed
    {
        return $this->reply($this->cluster->config(...\func_get_args()));
    }

    public function save(): static|bool
    {
        return $this->reply($this->cluster->save(...\func_get_args())) ?? false;
    }

    public function bgSave(): static|bool
    {
        return $this->reply($this->cluster->bgSave(...\func_get_args())) ?? false;
    }

    public function bgRewriteAOF(): static|bool
    {
        return $this->reply($this->cluster->bgRewriteAOF(...\func_get_args())) ?? false;
    }

    public function flushDB($async = false): static|bool
    {
        return $this->reply($this->cluster->flushDB(...\func_get_args())) ?? false;
    }

    public function flushAll($async = false): static|bool
    {
        return $this->reply($this->cluster->flushAll(...\func_get_args())) ?? false;
    }

    public function select($db): static|bool
    {
        return $this->reply($this->cluster->select(...\func_get_args())) ?? false;
    }

    public function client($opt, ...$args): mixed
    {
        return $this->reply($this->cluster->client(...(\func_get_args() + $args)));
    }

    public function slowLog($operation, $length = 0): mixed
    {
        return $this->reply($this->cluster->slowLog(...\func_get_args()));
    }

    public function role(): mixed
    {
        return $this->reply($this->cluster->role(...\func_get_args()));
    }

    public function debug($key): static|string
    {
        return $this->reply($this->cluster->debug(...\func_get_args()));
    }

    public function serverName(): string|false
    {
        return $this->cluster->serverName(...\func_get_args());
    }

    public function serverVersion(): string|false
    {
        return $this->cluster->serverVersion(...\func_get_args());
    }

    public function unsubscribe($channels, ...$more): static|array|bool
    {
        return $this->reply($this->cluster->unsubscribe(...\func_get_args())) ?? false;
    }

    public function punsubscribe($patterns, ...$more): static|array|bool
    {
        return $this->reply($this->cluster->punsubscribe(...\func_get_args())) ?? false;
    }

    public function sunsubscribe($channels): static|array|bool
    {
        return $this->reply($this->cluster->sunsubscribe(...\func_get_args())) ?? false;
    }
}
