<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * N independent Redis servers that answer like one.
 *
 * Replies: nil is null, a status or string is a string, an integer an int, an array a list, a map an associative array.
 * A failure is an exception: thrown by command(), in the place of its reply in everything else.
 */
final class Client
{
    private const DEPTH = 16; // of a configuration; four are in use

    private readonly Library $library;
    private ?CData $handle;

    /**
     * Connects to nothing: connections are made when commands need them.
     *
     * @param array<string, mixed>|string $config the configuration, as an array or as JSON
     * @param bool $shared true: share the connections of equal configurations, which live as long as the process (in
     *                     PHP-FPM: from request to request); false: connections of its own, closed with the client
     */
    public function __construct(#[\SensitiveParameter] array|string $config, private readonly bool $shared = true)
    {
        $this->library = Library::get();
        $json = \is_string($config) ? $config : self::json($config);
        $ffi = $this->library->ffi;
        $handle = $ffi->new($this->library->handle);
        $error = $ffi->new($this->library->error);
        $status = $shared
            ? $ffi->rediscluster_open_shared($json, \strlen($json), $handle, $error)
            : $ffi->rediscluster_open($json, \strlen($json), $handle, $error);
        if ($status !== 0) {
            throw $this->library->failure($error);
        }
        $this->own($handle[0]);
    }

    public function __destruct()
    {
        $this->close();
    }

    /** A handle has one owner: a copy, which withRead() alone makes, is given one of its own. */
    private function __clone()
    {
    }

    private function own(CData $handle): void
    {
        $this->handle = $handle;
        if (!$this->shared) {
            $this->library->mind($this);
        }
    }

    /** Further commands throw. Without this call the client is closed when PHP drops it. */
    public function close(): void
    {
        if (isset($this->handle)) {
            $this->library->ffi->rediscluster_close($this->handle);
            $this->handle = null;
        }
    }

    /** Runs one command: command('SET', 'foo', 'bar'). */
    public function command(string|int|float|\Stringable ...$arguments): mixed
    {
        $reply = $this->run(Request::command($arguments));
        return $reply instanceof Exception ? throw $reply : $reply;
    }

    /**
     * Runs many commands, those for several nodes at the same time: execute([['SET', 'foo', 'bar'], ['GET', 'foo']]).
     *
     * @param array<array<string|int|float|\Stringable>> $commands
     * @return list<mixed> a reply for each, in order; the exception of a command that failed stands in its place
     */
    public function execute(array $commands): array
    {
        return $this->runAll(Request::commands($commands));
    }

    public function pipeline(): Pipeline
    {
        return new Pipeline($this->runAll(...));
    }

    /** What has a state: MULTI, WATCH, SELECT, SUBSCRIBE … It connects to nothing yet, and outlives this client. */
    public function session(): Session
    {
        return new Session($this->library, $this->handle);
    }

    /**
     * Where a key lives: alias, host, port, unix (null where it does not apply), and key, the name that is sent.
     *
     * @return array{alias: string, host: ?string, port: ?int, unix: ?string, key: string}
     */
    public function nodeFor(string $key): array
    {
        return $this->library->call('rediscluster_php_node_for', $this->handle, $key, \strlen($key));
    }

    /**
     * Runs one command on every master.
     *
     * @return array<string, mixed> alias => reply; the exception of a node that failed stands in the place of its reply
     */
    public function each(string|int|float|\Stringable ...$command): array
    {
        return $this->eachOn(Nodes::Masters, ...$command);
    }

    /**
     * Runs one command, as each() does, on masters, replicas or all. The replicas of node_1 are called node_1_slave, node_1_slave_2
     * and so on; behind each master stand its own.
     *
     * @return array<string, mixed> alias => reply; the exception of a node that failed stands in the place of its reply
     */
    public function eachOn(Nodes $nodes, string|int|float|\Stringable ...$command): array
    {
        $request = \serialize(Request::command($command));
        return self::told($this->library->call('rediscluster_php_each', $this->handle, $nodes->value, $request, \strlen($request)));
    }

    /** A view of this client, which shares its connections, reads from elsewhere than the configuration says, and is closed by itself. */
    public function withRead(Read $read): self
    {
        $ffi = $this->library->ffi;
        $handle = $ffi->new($this->library->handle);
        $error = $ffi->new($this->library->error);
        if ($ffi->rediscluster_with_read($this->handle, $read->value, $handle, $error) !== 0) {
            throw $this->library->failure($error);
        }
        $view = clone $this;
        $view->own($handle[0]);
        return $view;
    }

    /**
     * What a command would do. It is not done; where that depends on the size of its operands, they are looked at.
     *
     * `strategy` is `one node`, `split`, `gather`, `colocate`, `transfer`, `refuse` and others. `atomic` and `pinned` are 1 or 0;
     * pinned: the tag of the first key drew it there. Steps of one round are under way at the same time.
     *
     * @return array{
     *     command: string,
     *     strategy: string,
     *     atomic: int,
     *     round_trips: int,
     *     nodes: list<string>,
     *     keys: list<array{position: int, key: string, node: string, pinned: int}>,
     *     steps: list<array{round: int, node: string, command: string}>,
     *     reason: ?string,
     * } reason: why it is refused
     */
    public function explain(string|int|float|\Stringable ...$command): array
    {
        $request = \serialize(Request::command($command));
        return self::told($this->library->call('rediscluster_php_explain', $this->handle, $request, \strlen($request)));
    }

    /**
     * Finds what interrupted moves between nodes (RENAME, SMOVE, LMOVE and the like) have left on the servers, and brings it to an
     * end: what had arrived is removed from where it came from, what had not is put back there. Until then it is kept, and not seen.
     *
     * `outcome` is `finished`, `undone`, `removed` (a copy that was not needed), `young` or `waiting`, for the `reason`.
     *
     * @param int|float $minAge seconds; a move that began less long ago is left alone, for it may be under way
     * @return list<array{
     *     node: string,
     *     key: string,
     *     command: ?string,
     *     source: ?string,
     *     destination: ?string,
     *     age: float,
     *     outcome: string,
     *     reason: ?string,
     * }> for each thing found; age in seconds, like $minAge
     */
    public function recover(int|float $minAge): array
    {
        if (!($minAge >= 0 && $minAge < 1e12)) {
            throw new \ValueError("The least age is a number of seconds, not $minAge");
        }
        $found = self::told($this->library->call('rediscluster_php_recover', $this->handle, (int) \ceil($minAge * 1000)));
        return \array_map(static fn (array $one): array => \array_replace($one, ['age' => $one['age'] / 1000.0]), $found);
    }

    /**
     * Runs one command whose arguments may stand in lists, or as key => value under the key `pairs`.
     *
     * @internal
     * @param array<mixed> $command strings, ints, bools and nulls: floats, objects and references are the caller's to write, but in
     *                              a list, or in pairs, that are all that follows the name
     * @return mixed the reply; a server's error is a ServerException, and not thrown
     */
    public function run(array $command, int $form = Form::PLAIN): mixed
    {
        $list = \count($command) === 2 ? $command[1] ?? $command['pairs'] ?? null : null;
        $request = \is_array($list) ? Request::joined($command) : \serialize($command);
        $library = $this->library;
        $answer = $library->idle ?? $library->anotherAnswer();
        $library->idle = $answer->next;
        try {
            $status = $library->ffi->rediscluster_php_run(
                $this->handle,
                $request,
                \strlen($request),
                $form,
                $answer->place,
                $answer->error,
            );
            $reply = $status === 0 ? $answer->value() : throw $library->failure($answer->error);
        } finally {
            $answer->next = $library->idle;
            $library->idle = $answer;
        }
        if (!$reply instanceof Exception || $reply instanceof ServerException) {
            return $reply;
        }
        if ($reply instanceof RequestException && \is_array($list)) {
            // Nothing was sent. What cannot be joined, or is refused however it comes:
            return $this->run(Request::opened($command), $form);
        }
        throw $reply;
    }

    /**
     * The same of many commands.
     *
     * @internal
     * @param array<array<mixed>> $commands
     * @param int|list<int|list<int>> $form of all replies, or of each; of an array, its own and then those of its elements
     * @return list<mixed> the exception of a command that failed stands in the place of its reply
     */
    public function runAll(array $commands, int|array $form = Form::PLAIN): array
    {
        $request = \serialize([$form, $commands]);
        return self::told($this->library->call('rediscluster_php_run_all', $this->handle, $request, \strlen($request)));
    }

    /**
     * The same of many that are a name and a key.
     *
     * @internal
     * @param list<string> $commands the name, the byte 0xff, the key
     * @return list<mixed>
     */
    public function runJoined(array $commands, int $form): array
    {
        $request = Request::allJoined($commands, $form);
        $answer = $this->library->call('rediscluster_php_run_all', $this->handle, $request, \strlen($request));
        if ($answer instanceof RequestException) {
            // Nothing was sent, for there is a key that has this byte itself.
            return $this->runAll(\array_map(Request::parted(...), $commands), $form);
        }
        return self::told($answer);
    }

    /** An answer, unless it says that there is none. */
    private static function told(mixed $answer): mixed
    {
        return $answer instanceof Exception ? throw $answer : $answer;
    }

    /** @param array<string, mixed> $config */
    private static function json(#[\SensitiveParameter] array $config): string
    {
        if (self::isDeep($config, self::DEPTH)) {
            // json_encode() goes down before it looks how deep it is, until PHP crashes.
            throw new ConfigException('The configuration is nested too deeply', Exception::CONFIG);
        }
        try {
            return \json_encode($config, \JSON_THROW_ON_ERROR);
        } catch (\JsonException $exception) {
            $message = 'The configuration cannot be written as JSON: ' . $exception->getMessage();
            throw new ConfigException($message, Exception::CONFIG, previous: $exception);
        }
    }

    /** @param array<mixed> $value */
    private static function isDeep(#[\SensitiveParameter] array $value, int $levels): bool
    {
        foreach ($value as $entry) {
            if (\is_array($entry) && ($levels === 0 || self::isDeep($entry, $levels - 1))) {
                return true;
            }
        }
        return false;
    }
}
