<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\CommandBatch;

/**
 * Commands of a pipeline that are sent in one request, and how their replies are converted.
 *
 * @internal
 */
final class QueuedBatch
{
    public readonly CommandBatch $commands;
    /**
     * Calls without their command: place in the batch => how to convert the reply. Others need no conversion after ReplyFormat::PHPREDIS.
     *
     * @var array<int, Call>
     */
    public array $conversions = [];
    /** @var array<string, Call> the conversions that need no context, one object for all commands */
    private static array $shared = [];

    public function __construct()
    {
        $this->commands = new CommandBatch();
    }

    /** Adds GET and a key. */
    public function addGet(string $key): void
    {
        $commands = $this->commands;
        $commands->bytes .= '19:3:GET' . \strlen($key) . ":$key";
        $commands->count++;
    }

    /** Adds SET, a key and a value. */
    public function addSet(string $key, string $value): void
    {
        $commands = $this->commands;
        $commands->bytes .= '27:3:SET' . \strlen($key) . ":$key" . \strlen($value) . ":$value";
        $commands->count++;
    }

    public function addCall(Call $call): void
    {
        $type = $call->replyType;
        $this->conversions[$this->commands->count] = match (true) {
            $call->replyContext !== null || \is_object($type) => new Call([], $type, $call->replyContext),
            \is_string($type) => self::$shared[$type] ??= new Call([], $type),
            default => self::$shared[\implode('::', $type)] ??= new Call([], $type),
        };
        $this->commands->add($call->command, ReplyConverter::queuedFormat($call));
    }
}
