<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Request;
use RedisCluster\ServerException;

/**
 * The methods about servers that are more than one table row. Most of them run on every server; see Broadcast.
 *
 * Each method takes the arguments of the method of the same name in RedisCluster, and returns null if the call was queued.
 *
 * @internal
 */
final class ServerCommands
{
    /** The name that client('setname') set. */
    private string $clientName = '';

    public function __construct(
        private readonly ConnectionState $state,
        private readonly ArgumentConverter $arguments,
        private readonly ReplyConverter $replies,
        private readonly Broadcast $broadcast,
        private readonly Configurator $configurator,
    ) {
    }

    /** @param array<mixed> $sections */
    public function info(array $sections): mixed
    {
        $convert = $this->arguments->forMethod('info', $sections, 0);
        $sections = \array_map($convert->string(...), $sections, \array_keys($sections));
        return $this->broadcast->send('info', ['INFO', ...$sections], Replies\ServerText::info(...));
    }

    /** @param array<mixed> $arguments */
    public function ping(array $arguments): mixed
    {
        $convert = $this->arguments->forMethod('ping', $arguments, 0, 1);
        $message = $arguments[0] ?? null;
        if (\is_array($message) || (\is_object($message) && !$message instanceof \Stringable)) {
            throw $convert->typeError('?string', $message, 0);
        }
        $command = $message === null ? ['PING'] : ['PING', $convert->string($message, 0)];
        $replyType = $message === null ? 'bool' : 'string';
        return $this->broadcast->send('ping', $command, $replyType);
    }

    public function time(): mixed
    {
        return $this->broadcast->send('time', ['TIME'], 'list');
    }

    /** @param array<mixed> $arguments */
    public function config(array $arguments): mixed
    {
        $convert = $this->arguments->forMethod('config', $arguments, 1, 3);
        $operation = \strtoupper($convert->string($arguments[0], 0));
        switch ($operation) {
            case 'GET':
            case 'SET':
                if (\count($arguments) < 2) {
                    return false;
                }
                return $operation === 'GET' ? $this->getConfig($arguments[1]) : $this->setConfig($arguments[1], $arguments[2] ?? null);
            case 'RESETSTAT':
            case 'REWRITE':
                return $this->broadcast->send('config', ['CONFIG', $operation], 'bool');
            default:
                return false;
        }
    }

    /**
     * Does what setSelectDB() does, after it has checked that every server has such a database.
     *
     * @param array<mixed> $arguments
     */
    public function select(array $arguments): mixed
    {
        $database = $this->arguments->forMethod('select', $arguments, 1, 1)->int($arguments[0], 0);
        if ($this->state->queue?->isTransaction) {
            $this->state->queue->add(new Call(['SELECT', $database], fn (): bool => !\in_array(false, (array) $this->selectNow($database), true)));
            return null;
        }
        if ($this->state->queue !== null) {
            $this->state->queue->addStep('select', fn (): mixed => $this->selectNow($database));
            return null;
        }
        return $this->selectNow($database);
    }

    /**
     * The name that client('setname') sets is not sent to the servers, because objects of equal configurations share connections.
     *
     * @param array<mixed> $arguments
     */
    public function client(array $arguments): mixed
    {
        $convert = $this->arguments->forMethod('client', $arguments, 1);
        $subcommand = \strtolower($convert->string($arguments[0], 0));
        if ($subcommand === 'setname') {
            $name = \count($arguments) > 1 ? $convert->string($arguments[1], 1) : null;
            if ($name === null || \preg_match('/[^!-~]/', $name) === 1) {
                $this->replies->lastError = 'ERR Client names cannot contain spaces, newlines or special characters.';
                return false;
            }
            $this->clientName = $name;
            return $this->broadcast->send('client', ['PING'], static fn (): bool => true);
        }
        if ($subcommand === 'getname') {
            return $this->broadcast->send('client', ['PING'], fn (): string|false => $this->clientName === '' ? false : $this->clientName);
        }
        $command = ['CLIENT', $subcommand, ...Request::toStrings(\array_slice($arguments, 1))];
        return $this->broadcast->send('client', $command, match ($subcommand) {
            'list' => Replies\ServerText::clients(...),
            'info' => static fn (mixed $text): mixed => Replies\ServerText::clients((string) $text)[0] ?? false,
            'trackinginfo' => Replies\FieldMap::of(...),
            default => 'any',
        });
    }

    /** @param array<mixed> $arguments */
    public function slowLog(array $arguments): mixed
    {
        $convert = $this->arguments->forMethod('slowLog', $arguments, 1, 2);
        $operation = \strtoupper($convert->string($arguments[0], 0));
        $length = \count($arguments) > 1 ? $convert->int($arguments[1], 1) : null;
        if (!\in_array($operation, ['GET', 'LEN', 'RESET'], true)) {
            return false;
        }
        $number = $operation === 'GET' && $length !== null ? [$length] : [];
        return $this->broadcast->send('slowLog', ['SLOWLOG', $operation, ...$number], 'any');
    }

    /** @param list<mixed> $arguments after the subcommand */
    public function aclLog(array $arguments): mixed
    {
        $convertReply = static fn (mixed $reply): mixed => \is_string($reply) ? true : Replies\FieldMap::ofEach($reply);
        return $this->broadcast->send('acl', ['ACL', 'LOG', ...\array_values(Request::toStrings($arguments))], $convertReply);
    }

    /**
     * DEBUG OBJECT on the node of the key.
     *
     * @param array<mixed> $arguments
     */
    public function debug(array $arguments): mixed
    {
        $key = $this->arguments->forMethod('debug', $arguments, 1, 1)->key($arguments[0], 0);
        if ($this->state->queue !== null) {
            $this->state->queue->addStep('debug', fn (): mixed => $this->debugNow($key));
            return null;
        }
        return $this->debugNow($key);
    }

    /** `redis`, `valkey` or another name. */
    public function serverName(): string|false
    {
        $info = (string) $this->state->client->run(['INFO', 'server']);
        return \preg_match('/^server_name:(\w+)/m', $info, $match) ? $match[1] : 'redis';
    }

    public function serverVersion(): string|false
    {
        $info = (string) $this->state->client->run(['INFO', 'server']);
        // Valkey also reports the version of Redis that it is compatible with.
        $isFound = \preg_match('/^valkey_version:(\S+)/m', $info, $match) || \preg_match('/^redis_version:(\S+)/m', $info, $match);
        return $isFound ? $match[1] : false;
    }

    private function getConfig(mixed $names): mixed
    {
        $names = \is_array($names) ? Request::toStrings($names) : [$this->arguments->string($names, 1)];
        return $this->broadcast->send('config', ['CONFIG', 'GET', ...\array_values($names)], Replies\FieldMap::of(...));
    }

    private function setConfig(mixed $key, mixed $value): mixed
    {
        $pairs = \is_array($key) ? $key : [$this->arguments->string($key, 1) => $value];
        if ($pairs === [] || \in_array(null, $pairs, true)) {
            return false;
        }
        $command = ['CONFIG', 'SET'];
        foreach ($pairs as $name => $setting) {
            \array_push($command, (string) $name, Request::toText($setting));
        }
        return $this->broadcast->send('config', $command, 'bool');
    }

    /** @return bool|array<string, bool> */
    private function selectNow(int $database): bool|array
    {
        if ($database < 0) {
            $this->replies->lastError = 'ERR DB index is out of range';
        }
        $config = $this->state->config;
        $done = $database >= 0 && $this->configurator->configureIfAccepted($config->withDatabase($database));
        if ($this->broadcast->asOneServer) {
            return $done;
        }
        $replies = [];
        foreach ($config->masters() as $alias) {
            $replies += [$alias => $done, "{$alias}_slave" => $done];
        }
        return $replies;
    }

    private function debugNow(string $key): mixed
    {
        $node = $this->state->client->nodeFor($key);
        $reply = $this->state->client->each('DEBUG', 'OBJECT', $node['key'])[$node['alias']];
        return $reply instanceof ServerException ? $this->replies->serverError($reply) : $reply;
    }
}
