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
        $library->mind($this);
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
        $reply = $this->run(Request::command($arguments));
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
        return $this->runAll(Request::commands($commands));
    }

    /**
     * Client::run(), here.
     *
     * @internal
     * @param array<mixed> $command
     */
    public function run(array $command, int $form = Form::PLAIN): mixed
    {
        $request = \serialize($command);
        $reply = $this->library->call('rediscluster_php_session_run', $this->handle, $request, \strlen($request), $form);
        return $reply instanceof Exception && !$reply instanceof ServerException ? throw $reply : $reply;
    }

    /**
     * Client::runAll(), here.
     *
     * @internal
     * @param array<array<mixed>> $commands
     * @param int|list<int|list<int>> $form
     * @return list<mixed>
     */
    public function runAll(array $commands, int|array $form = Form::PLAIN): array
    {
        $request = \serialize([$form, $commands]);
        return self::told($this->library->call('rediscluster_php_session_run_all', $this->handle, $request, \strlen($request)));
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
        return self::told($this->library->call('rediscluster_php_session_receive', $this->handle, $milliseconds));
    }

    /** An answer, unless it says that there is none. */
    private static function told(mixed $answer): mixed
    {
        return $answer instanceof Exception ? throw $answer : $answer;
    }
}
