<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * One client of all servers, with what a connection to a single one would remember: MULTI and WATCH, SELECT, SUBSCRIBE.
 *
 * A transaction is on one node, that of its first key. A channel is on its own node, a pattern on all. Replies are those
 * of Client. A session belongs to the process that made it.
 */
final class Session
{
    private ?CData $handle;

    /** @internal Client::session() makes it. */
    public function __construct(private readonly Library $library, ?CData $client)
    {
        $handle = $library->ffi->new($library->session);
        $error = $library->ffi->new($library->error);
        if ($library->ffi->rediscluster_session_open($client, $handle, $error) !== 0) {
            throw $library->failure($error);
        }
        $this->handle = $handle[0];
    }

    public function __destruct()
    {
        $this->close();
    }

    /** A handle has one owner. */
    private function __clone()
    {
    }

    /** What was queued or watched is forgotten, and further commands throw. PHP closes a session that it drops. */
    public function close(): void
    {
        if (isset($this->handle)) {
            $this->library->ffi->rediscluster_session_close($this->handle);
            $this->handle = null;
        }
    }

    /**
     * Runs one command: command('MULTI'). SUBSCRIBE and its family answer a list of their confirmations when they name
     * several channels or patterns.
     */
    public function command(string|int|float|\Stringable ...$arguments): mixed
    {
        $replies = $this->execute([$arguments]);
        $reply = \count($replies) === 1 ? $replies[0] : $replies;
        return $reply instanceof Exception ? throw $reply : $reply;
    }

    /**
     * Runs many commands: execute([['MULTI'], ['SET', 'foo', 'bar'], ['EXEC']]).
     *
     * @param array<array<string|int|float|\Stringable>> $commands
     * @return list<mixed> the replies, in order; the exception of a command that failed stands in its place
     */
    public function execute(array $commands): array
    {
        return $this->read($this->send(Request::commands($commands)));
    }

    /**
     * Client::run(), here.
     *
     * @internal
     * @param array<mixed> $command
     */
    public function run(array $command, int $form = Form::PLAIN): mixed
    {
        $reply = $this->runAll([$command], $form)[0];
        return $reply instanceof Exception && !$reply instanceof ServerException ? throw $reply : $reply;
    }

    /**
     * Client::runAll(), here.
     *
     * @internal
     * @param array<array<mixed>> $commands
     * @param int|list<int>       $form
     * @return list<mixed>
     */
    public function runAll(array $commands, int|array $form = Form::PLAIN): array
    {
        $request = Request::commands(\array_map(Request::flat(...), $commands));
        $forms = \is_array($form) ? $form : \array_fill(0, \count($commands), $form);
        $read = static fn (Library $library, CData $reply): array => Reply::values($library, $reply, $forms);
        return $this->read($this->send($request), $read);
    }

    /**
     * Waits for the next message of any server: ['message', channel, text], ['pmessage', pattern, channel, text] or
     * ['smessage', channel, text]. When the connection to a server was lost it throws, as messages may have been lost
     * with it; the next call subscribes there again.
     *
     * @param ?float $timeout seconds; null waits for ever
     * @return ?list<string> null when the time is up
     */
    public function receive(?float $timeout = null): ?array
    {
        $milliseconds = $timeout === null ? -1 : (int) \ceil(\max(0.0, $timeout) * 1000);
        return $this->read(fn (CData $reply, CData $error): int => $this->library->ffi->rediscluster_session_receive(
            $this->handle,
            $milliseconds,
            $reply,
            $error,
        ));
    }

    private function send(string $request): \Closure
    {
        return fn (CData $reply, CData $error): int => $this->library->ffi->rediscluster_session_execute(
            $this->handle,
            $request,
            \strlen($request),
            $reply,
            $error,
        );
    }

    /** @param \Closure(CData, CData): int $call */
    private function read(\Closure $call, ?\Closure $value = null): ?array
    {
        $ffi = $this->library->ffi;
        $reply = $this->library->unread = $ffi->new($this->library->reply);
        $error = $ffi->new($this->library->error);
        try {
            if ($call($reply, $error) !== 0) {
                throw $this->library->failure($error);
            }
            $value ??= static fn (Library $library, CData $reply): array => Reply::value($library, $reply, 0);
            return $reply[0] === null ? null : $value($this->library, $reply[0]);
        } finally {
            $this->library->unread = null;
            $ffi->rediscluster_reply_free($reply[0]);
        }
    }
}
