<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\ReplyFormat;

/**
 * The methods of phpredis that are one command. All but get() and set() go through __call(), by the rows of MethodTable.
 *
 * @internal
 */
abstract class CommandMethods implements CommandSignatures, Constants
{
    protected function __construct(
        private readonly ConnectionState $state,
        private readonly Options $options,
        private readonly ArgumentConverter $arguments,
        private readonly ReplyConverter $replies,
    ) {
    }

    /**
     * The fast path for the usual arguments and options; the table has the rest.
     *
     * @param string $key
     * @return mixed false if there is no such key
     */
    public function get($key)
    {
        $options = $this->options;
        if (\is_string($key) && $options->allowsFastPath && \func_num_args() === 1) {
            $state = $this->state;
            $queue = $state->queue;
            if ($queue === null) {
                $reply = $state->client->run(['GET', $options->prefix . $key], ReplyFormat::NIL_FALSE);
                return \is_object($reply) ? $this->replies->serverError($reply) : $reply;
            }
            if ($queue->acceptsCommands) {
                $queue->steps[] = "GET\xff$options->prefix$key";
                return $this;
            }
        }
        return $this->__call('get', \func_get_args());
    }

    /**
     * The fast path, as in get().
     *
     * @param string $key
     * @param mixed  $value
     * @param int|array<mixed>|null $options seconds, or ['nx', 'ex' => 10]
     * @return mixed true; false if NX or XX prevented it
     */
    public function set($key, $value, $options = null)
    {
        $isFast = $options === null && $this->options->allowsFastPath && \func_num_args() < 4;
        if ($isFast && \is_string($key) && \is_string($value)) {
            $command = ['SET', $this->options->prefix . $key, $value];
            $state = $this->state;
            $queue = $state->queue;
            if ($queue === null) {
                $reply = $state->client->run($command, ReplyFormat::PHPREDIS);
                return \is_object($reply) ? $this->replies->serverError($reply) : $reply;
            }
            if ($queue->acceptsCommands) {
                $queue->steps[] = $command;
                $queue->hasOnlyKeyCommands = false;
                return $this;
            }
        }
        return $this->__call('set', \func_num_args() > 3 ? \func_get_args() : [$key, $value, $options]);
    }

    /**
     * Every other method that is one command.
     *
     * @param array<mixed> $arguments
     */
    public function __call(string $name, array $arguments): mixed
    {
        $entry = MethodTable::entry($name) ?? throw new \Error('Call to undefined method ' . static::class . "::$name()");
        $call = $this->arguments->buildCall($name, $entry, $arguments);
        if ($call === null) {
            return false;
        }
        $state = $this->state;
        if ($state->queue !== null) {
            $state->queue->add($call);
            return $this;
        }
        try {
            return $this->replies->convert($call, $state->client->run($call->command, $this->replies->format($call)));
        } catch (ConnectionException $failure) {
            return $this->replies->connectionFailure($failure);
        }
    }
}
