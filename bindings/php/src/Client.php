<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * N independent Redis servers that behave like one.
 *
 * Replies: nil is null, a status or string is a string, an integer an int, an array a list, a map an associative array.
 * command() throws failures; every other method returns the exception in place of the reply.
 *
 * A client may be used in a process forked from the one that made it: the child makes its own connections.
 */
class Client extends CommandRunner implements ClientInterface
{
    protected const EXECUTE = 'rediscluster_php_execute';

    /** Seconds: longer than almost any call takes. */
    public const RECOVER_MIN_AGE = 60;

    /** Levels of nesting that a configuration may have; four are in use. */
    private const MAX_DEPTH = 16;

    /**
     * Opens no connection: connections are made when commands need them.
     *
     * @param array<string, mixed>|string $config the configuration, as an array or as JSON
     * @param bool $shared true: clients of equal configurations share connections, which live as long as the process (in
     *                     PHP-FPM: across requests); false: the client has its own, closed with it
     * @throws ConfigException with the path of the bad value
     */
    public function __construct(#[\SensitiveParameter] array|string $config, private readonly bool $shared = true)
    {
        parent::__construct(Library::get());
        $json = \is_string($config) ? $config : self::json($config);
        Library::withoutSignals(function () use ($json): void {
            $open = $this->shared ? 'rediscluster_open_shared' : 'rediscluster_open';
            $this->adoptHandle($this->library->newHandle($open, $this->library->clusterHandleType, $json, \strlen($json)));
        });
    }

    private function adoptHandle(CData $handle): void
    {
        $this->adopt($handle, 'rediscluster_close');
        if (!$this->shared) {
            $this->library->trackForShutdown($this);
        }
    }

    /** Collects commands one by one, and sends them together. */
    public function pipeline(): Pipeline
    {
        return new Pipeline($this->runBatch(...));
    }

    /** A session for commands with state: MULTI, WATCH, SELECT, SUBSCRIBE. It opens no connection yet, and may outlive this client. */
    public function session(): Session
    {
        return new Session($this->library, $this->handle);
    }

    /**
     * The node of a key: alias, host, port, unix (null where it does not apply), and key, the name that is sent. With the
     * option previous also previous, the alias of the server where the previous layout has the key.
     *
     * @return array{alias: string, host: ?string, port: ?int, unix: ?string, key: string, previous?: string}
     * @throws RequestException if the key has a hash tag and the configuration has no hash_tag
     */
    public function nodeFor(string $key): array
    {
        return self::valueOrThrow($this->library->call('rediscluster_php_node_for', $this->handle, $key, \strlen($key)));
    }

    /**
     * All masters, each followed by its replicas.
     *
     * The replicas of node_1 have the aliases node_1_slave, node_1_slave_2 and so on, as in eachOn(). `role` is `master` or `replica`;
     * `master` the alias of the master (of a master, its own); `server` the first alias with the same address: equal values name
     * the same server; `replicas` the aliases of its replicas.
     *
     * @param bool $discover true: ask the masters for their replicas first, unless the configuration names them or forbids it; a master
     *                       that does not reply has the replicas known before. False: contact no server.
     * @return array<string, array{
     *     role: string,
     *     master: string,
     *     host: ?string,
     *     port: ?int,
     *     unix: ?string,
     *     db: int,
     *     server: string,
     *     replicas: list<string>,
     * }>
     */
    public function nodeList(bool $discover = true): array
    {
        return $this->library->call('rediscluster_php_node_list', $this->handle, (int) $discover);
    }

    /**
     * What this process has done so far through this client and those that share its connections, by alias as in nodeList(). Contacts no
     * server.
     *
     * `refusal` says why a master is not used. `breaker` is `closed` (the server is used), `suspect` (its last call has failed) or `open`
     * (calls fail at once). `commands` includes those of the library itself. `latency_us`: one of 64 waits for replies is measured; the
     * nth number, counted from 0, is that of the waits that took less than 2 ** n microseconds, but not less than half of that.
     *
     * @return array<string, array{
     *     role: string,
     *     master: string,
     *     address: string,
     *     refusal: ?string,
     *     breaker: string,
     *     reason: ?string,
     *     unavailable_ms: ?int,
     *     connections: array{open: int, idle: int, awaited: int, opened: int},
     *     commands: int,
     *     retries: int,
     *     bytes_sent: int,
     *     bytes_received: int,
     *     errors: array<string, int>,
     *     latency_us: list<int>,
     * }> errors: connect, unavailable, pool, timeout, deadline, lost, protocol, memory
     */
    public function stats(): array
    {
        return $this->library->call('rediscluster_php_stats', $this->handle);
    }

    /**
     * Runs one command on every master.
     *
     * @return array<string, mixed> alias => reply; for a node that failed, its exception
     */
    public function each(string|int|float|\Stringable ...$command): array
    {
        return $this->eachOn(Nodes::Masters, ...$command);
    }

    /**
     * Runs one command on masters, replicas or both. The replicas of node_1 are called node_1_slave, node_1_slave_2 and so on,
     * and follow their master.
     *
     * @return array<string, mixed> alias => reply; for a node that failed, its exception
     */
    public function eachOn(Nodes $nodes, string|int|float|\Stringable ...$command): array
    {
        $request = \serialize(Request::fromArguments($command));
        return self::valueOrThrow($this->library->call('rediscluster_php_each', $this->handle, $nodes->value, $request, \strlen($request)));
    }

    /** A client that shares this client's connections and reads from where $read says. It is closed independently. */
    public function withRead(Read $read): self
    {
        return $this->derive('rediscluster_with_read', $read->value);
    }

    /**
     * A client that shares this client's connections, and whose reads see its own writes, or may be older, whatever the configuration says.
     * It is closed independently.
     *
     * After a command that may write to a node, its reads of this node go to the master, until a replica is known to have everything that was
     * acknowledged before that command ended. The writes of other clients do not count.
     */
    public function withReadYourWrites(bool $readYourWrites = true): self
    {
        return $this->derive('rediscluster_with_read_your_writes', (int) $readYourWrites);
    }

    /**
     * A client that shares this client's connections, and each call of which ends after $seconds at the latest, with all of its rounds and
     * retries. Null: calls have no such limit, whatever the configuration says. It is closed independently.
     *
     * A call that the limit ends throws a TimeoutException, which says in which round that was, on which node, and whether the command may
     * have been executed. It also limits each call of a session that the client opens.
     */
    public function withDeadline(int|float|null $seconds): self
    {
        if ($seconds !== null && !($seconds > 0 && $seconds < 1e12)) {
            throw new \ValueError("withDeadline() needs a time in seconds, more than 0 and less than 1e12, or null, not $seconds");
        }
        return $this->derive('rediscluster_with_deadline', (int) \ceil(($seconds ?? 0) * 1000));
    }

    /**
     * A client that shares this client's connections, and whose commands that are split by their keys (MGET, EXISTS, DEL, MSET and their
     * kind) may fail for single keys, or not, whatever the configuration says. It is closed independently.
     *
     * If a node fails, the reply of such a command is a list with the result of each key, in the order of the keys: an Exception for each
     * key of that node; for the others the value (MGET), the number for this key (EXISTS, DEL) or the status (MSET). If no node fails, the
     * reply is as usual.
     */
    public function withPartial(bool $partial = true): self
    {
        return $this->derive('rediscluster_with_partial', (int) $partial);
    }

    /** @param string $function of the library, which makes another handle */
    private function derive(string $function, int $argument): self
    {
        $derived = clone $this;
        Library::withoutSignals(
            fn () => $derived->adoptHandle($this->library->newHandle($function, $this->library->clusterHandleType, $this->handle, $argument)),
        );
        return $derived;
    }

    /**
     * How a command would run. The command is not run; if its plan depends on the size of its operands, their sizes are read.
     *
     * `strategy` is `one node`, `split`, `gather`, `colocate`, `transfer`, `refuse` or another. `atomic` and `pinned` are 1 or 0;
     * a key is pinned if the tag of the first key or a rule of `pin` determines its node. `served_by` says which servers of a node may run it:
     * `master`, `replica`, `any` or `nearest`, as the option `read` does. Steps of the same round run at the same time.
     *
     * @return array{
     *     command: string,
     *     strategy: string,
     *     atomic: int,
     *     round_trips: int,
     *     nodes: list<string>,
     *     keys: list<array{position: int, key: string, node: string, pinned: int}>,
     *     served_by: ?string,
     *     steps: list<array{round: int, node: string, command: string}>,
     *     others_see: ?string,
     *     meanwhile: ?string,
     *     when_it_fails: ?string,
     *     reason: ?string,
     * } others_see: the intermediate states that other clients can see, in the words of docs/commands.md; reason: why the command is refused
     */
    public function explain(string|int|float|\Stringable ...$command): array
    {
        $request = \serialize(Request::fromArguments($command));
        return self::valueOrThrow($this->library->call('rediscluster_php_explain', $this->handle, $request, \strlen($request)));
    }

    /**
     * Completes or reverts moves between nodes (RENAME, SMOVE, LMOVE and the like) that a failure interrupted. If the copy arrived
     * at the target, the source is removed; if not, the source is restored. Until then the value is kept in a hidden key.
     *
     * `outcome` is `finished`, `undone`, `removed` (a copy that was not needed), `young` or `waiting` (see `reason`). A value that waits
     * because its source key is in use again can be moved to another key by recoverTo().
     *
     * @param int|float $minAge seconds; a more recent move is skipped, because it may still be running. No age is unsafe, but a move that
     *                          recover() overtakes fails
     * @return list<array{
     *     node: string,
     *     key: string,
     *     command: ?string,
     *     source: ?string,
     *     destination: ?string,
     *     age_ms: int,
     *     outcome: string,
     *     reason: ?string,
     * }> one entry per move found
     */
    public function recover(int|float $minAge = self::RECOVER_MIN_AGE): array
    {
        if (!($minAge >= 0 && $minAge < 1e12)) {
            throw new \ValueError("recover() needs a minimum age in seconds, at least 0 and less than 1e12, not $minAge");
        }
        return self::valueOrThrow($this->library->call('rediscluster_php_recover', $this->handle, (int) \ceil($minAge * 1000)));
    }

    /**
     * Moves a value that recover() reports as `waiting`, because its source key is in use again, to another key, which must not exist.
     *
     * `outcome` is `moved`; `finished` if the value had arrived at its destination after all; or `waiting` (see `reason`): then the value
     * is in the hidden key `key`, which may be another one than before.
     *
     * @param string $hiddenKey the `key` that recover() reports
     * @return array{
     *     node: string,
     *     key: string,
     *     command: string,
     *     source: string,
     *     destination: string,
     *     age_ms: int,
     *     outcome: string,
     *     reason: ?string,
     * }
     */
    public function recoverTo(string $hiddenKey, string $key): array
    {
        $arguments = [$hiddenKey, \strlen($hiddenKey), $key, \strlen($key)];
        return self::valueOrThrow($this->library->call('rediscluster_php_recover_to', $this->handle, ...$arguments));
    }

    public function run(array $command, int $format = ReplyFormat::PLAIN): mixed
    {
        $list = \count($command) === 2 ? $command[1] ?? $command['pairs'] ?? null : null;
        $request = \is_array($list) ? Request::implodeCommand($command) : \serialize($command);
        // Library::call() does the same; this method is on the fast path and saves its overhead.
        $library = $this->library;
        if ($library->signalsAreUnsafe && \pcntl_async_signals()) {
            return Library::withoutSignals(fn (): mixed => self::run($command, $format));
        }
        $native = $library->idleReply ?? $library->newReply();
        $library->idleReply = $native->nextIdle;
        try {
            $status = $library->ffi->rediscluster_php_command(
                $this->handle,
                $request,
                \strlen($request),
                $format,
                $native->output,
                $native->error,
            );
            $reply = $status === 0 ? $native->value() : throw $library->failure($native->error);
        } catch (\Throwable $throwable) {
            $native->release();
            throw $throwable;
        } finally {
            $native->nextIdle = $library->idleReply;
            $library->idleReply = $native;
            if ($library->logger !== null) {
                $library->reportEvents();
            }
        }
        if (!$reply instanceof Exception || $reply instanceof ServerException) {
            return $reply;
        }
        if ($reply instanceof RequestException && \is_array($list)) {
            // Nothing was sent. Either an argument contains the separator of implode(), or the command is invalid in any form.
            return self::run(Request::flattenCommand($command), $format);
        }
        throw $reply;
    }

    /**
     * Runs a batch of commands.
     *
     * @internal
     * @param ?int $format of all replies; null: each has that of its command
     * @return list<mixed> one reply per command, in order; for a command that failed, its exception
     */
    public function runBatch(CommandBatch $batch, ?int $format = null): array
    {
        $request = $batch->request($format);
        return self::valueOrThrow($this->library->call(self::EXECUTE, $this->handle, $request, \strlen($request)));
    }

    /** @param array<string, mixed> $config */
    private static function json(#[\SensitiveParameter] array $config): string
    {
        if (self::isDeeper($config, self::MAX_DEPTH)) {
            // json_encode() checks the depth only after it has recursed, so an array that contains itself crashes PHP.
            throw new ConfigException('The configuration is nested deeper than ' . self::MAX_DEPTH . ' levels', Exception::CONFIG);
        }
        try {
            return \json_encode($config, \JSON_THROW_ON_ERROR);
        } catch (\JsonException $exception) {
            $message = 'The configuration cannot be converted to JSON: ' . $exception->getMessage();
            throw new ConfigException($message, Exception::CONFIG, previous: $exception);
        }
    }

    /** @param array<mixed> $value */
    private static function isDeeper(#[\SensitiveParameter] array $value, int $levels): bool
    {
        foreach ($value as $entry) {
            if (\is_array($entry) && ($levels === 0 || self::isDeeper($entry, $levels - 1))) {
                return true;
            }
        }
        return false;
    }
}
