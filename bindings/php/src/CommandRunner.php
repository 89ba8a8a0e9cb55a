<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * What Client and Session have in common: one handle of the library, and commands that run on it.
 *
 * @internal
 */
abstract class CommandRunner
{
    /** The library's function that executes many commands. */
    protected const EXECUTE = '';

    /** Null: closed. The library refuses every call with it. */
    protected ?CData $handle = null;

    /** Closes the handle. A clone shares it until it adopts another. */
    private ?Handle $owner = null;

    protected function __construct(protected readonly Library $library)
    {
    }

    protected function __clone()
    {
    }

    /** @param string $closeFunction of the library */
    protected function adopt(CData $handle, string $closeFunction): void
    {
        $this->owner = new Handle($this->library, $closeFunction, $handle);
        $this->handle = $handle;
    }

    /** Later commands throw. PHP closes an object that it drops; a session forgets what was queued and watched. */
    public function close(): void
    {
        $this->handle = null;
        $this->owner?->close();
    }

    /**
     * Runs one command: command('SET', 'foo', 'bar'). A failure is thrown. On a session, SUBSCRIBE and the like return a list of
     * confirmations if they name several channels or patterns.
     */
    public function command(string|int|float|\Stringable ...$arguments): mixed
    {
        return self::valueOrThrow($this->run(Request::fromArguments($arguments)));
    }

    /**
     * Runs many commands: execute([['SET', 'foo', 'bar'], ['GET', 'foo']]). A client sends those for different nodes at the
     * same time.
     *
     * @param array<array<string|int|float|\Stringable>> $commands
     * @return list<mixed> one reply per command, in order; for a command that failed, its exception
     */
    public function execute(array $commands): array
    {
        return $this->runAll(Request::fromCommands($commands));
    }

    /**
     * Runs one command and converts the reply as $format says.
     *
     * @internal
     * @param array<mixed> $command strings, ints, bools and nulls. A list of arguments may be an element of its own, pairs an
     *                              element with the key `pairs`. Floats, objects and references are allowed only in a list, or in
     *                              pairs, that is all that follows the command's name
     * @param int          $format  a combination of ReplyFormat's constants
     * @return mixed the reply; an error reply of the server is returned as a ServerException, other failures are thrown
     */
    abstract public function run(array $command, int $format = ReplyFormat::PLAIN): mixed;

    /**
     * Runs many commands; see run().
     *
     * @internal
     * @param array<array<mixed>> $commands
     * @param int|list<int|list<int>> $format of all replies, or of each; for an array reply, its own format and then those of its elements
     * @return list<mixed> one reply per command, in order; for a command that failed, its exception
     */
    public function runAll(array $commands, int|array $format = ReplyFormat::PLAIN): array
    {
        $request = \serialize([$format, $commands]);
        return self::valueOrThrow($this->library->call(static::EXECUTE, $this->handle, $request, \strlen($request)));
    }

    /** The library returns an exception as a value where it rejects a whole call. */
    protected static function valueOrThrow(mixed $value): mixed
    {
        return $value instanceof Exception ? throw $value : $value;
    }
}
