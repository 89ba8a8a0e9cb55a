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
    private readonly Library $library;
    private ?CData $handle;

    /**
     * Connects to nothing: connections are made when commands need them.
     *
     * @param array<string, mixed>|string $config the configuration, as an array or as JSON
     * @param bool $shared true: share the connections of equal configurations, which live as long as the process (in
     *                     PHP-FPM: from request to request); false: connections of its own, closed with the client
     */
    public function __construct(#[\SensitiveParameter] array|string $config, bool $shared = true)
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
        $reply = $this->call('rediscluster_execute', Request::command($arguments), 1);
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
        return $this->send(Request::commands($commands));
    }

    public function pipeline(): Pipeline
    {
        return new Pipeline($this->send(...));
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
        return $this->call('rediscluster_node_for', $key, 0);
    }

    /**
     * Runs one command on every master.
     *
     * @return array<string, mixed> alias => reply; the exception of a node that failed stands in the place of its reply
     */
    public function each(string|int|float|\Stringable ...$command): array
    {
        return $this->call('rediscluster_each', Request::command($command), 0);
    }

    /** @return list<mixed> the replies to the commands of a request */
    private function send(string $request): array
    {
        return $this->call('rediscluster_execute', $request, 0);
    }

    /** The value of one entry of what a function of the library answers to these bytes. */
    private function call(string $function, string $bytes, int $entry): mixed
    {
        $ffi = $this->library->ffi;
        $reply = $this->library->unread = $ffi->new($this->library->reply);
        $error = $ffi->new($this->library->error);
        try {
            if ($ffi->$function($this->handle, $bytes, \strlen($bytes), $reply, $error) !== 0) {
                throw $this->library->failure($error);
            }
            return Reply::value($this->library, $reply[0], $entry);
        } finally {
            $this->library->unread = null;
            $ffi->rediscluster_reply_free($reply[0]);
        }
    }

    /** @param array<string, mixed> $config */
    private static function json(#[\SensitiveParameter] array $config): string
    {
        try {
            return \json_encode($config, \JSON_THROW_ON_ERROR);
        } catch (\JsonException $exception) {
            $message = 'The configuration cannot be written as JSON: ' . $exception->getMessage();
            throw new ConfigException($message, Exception::CONFIG, previous: $exception);
        }
    }
}
