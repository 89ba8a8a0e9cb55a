<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\ReplyFormat;

/**
 * The methods of phpredis that are one command. All but get() and set() are generated, and run by the
 * rows of MethodTable.
 *
 * @internal
 */
trait CommandMethods
{
    use CommandMethods\Bits;
    use CommandMethods\Channels;
    use CommandMethods\Geo;
    use CommandMethods\Hashes;
    use CommandMethods\Keys;
    use CommandMethods\Lists;
    use CommandMethods\Scripts;
    use CommandMethods\Servers;
    use CommandMethods\Sets;
    use CommandMethods\SortedSets;
    use CommandMethods\Streams;
    use CommandMethods\Strings;
    use CommandMethods\Vectors;

    private readonly ConnectionState $state;
    private readonly Options $options;
    private readonly ArgumentConverter $arguments;
    private readonly ReplyConverter $replies;

    /**
     * The fast path for the usual arguments and options; the table has the rest.
     *
     * @param string $key
     * @return mixed false if there is no such key
     */
    public function get($key)
    {
        $options = $this->options;
        if (\is_string($key) && $options->allowsFastPath && \func_num_args() === 1
            && (!$options->logsStrippedTag || ($key[-1] ?? '') !== '}')) {
            $state = $this->state;
            $queue = $state->queue;
            if ($queue === null) {
                $reply = $state->client->run(['GET', $options->prefix . $key], ReplyFormat::NIL_FALSE);
                return \is_object($reply) ? $this->replies->serverError($reply) : $reply;
            }
            if ($queue->batch !== null) {
                $queue->batch->addGet($options->prefix . $key);
                return $this;
            }
        }
        return $this->runMethod('get', \func_get_args());
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
        $isFast = $options === null && $this->options->allowsFastPath && \func_num_args() < 4
            && (!$this->options->logsStrippedTag || ($key[-1] ?? '') !== '}');
        if ($isFast && \is_string($key) && \is_string($value)) {
            $state = $this->state;
            $queue = $state->queue;
            if ($queue === null) {
                $reply = $state->client->run(['SET', $this->options->prefix . $key, $value], ReplyFormat::PHPREDIS);
                return \is_object($reply) ? $this->replies->serverError($reply) : $reply;
            }
            if ($queue->batch !== null) {
                $queue->batch->addSet($this->options->prefix . $key, $value);
                return $this;
            }
        }
        return $this->runMethod('set', \func_num_args() > 3 ? \func_get_args() : [$key, $value, $options]);
    }

    /**
     * Runs a method that is one command.
     *
     * @param string       $name      as declared
     * @param array<mixed> $arguments
     */
    private function runMethod(string $name, array $arguments): mixed
    {
        $call = $this->arguments->buildCall($name, MethodTable::entry($name), $arguments);
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
