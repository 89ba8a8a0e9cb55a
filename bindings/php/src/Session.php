<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * A client with the state that a connection to one server has: MULTI, WATCH, SELECT, SUBSCRIBE.
 *
 * A transaction runs on one node, the node of its first key. A channel is on its own node, a pattern on all nodes. Replies have
 * the types of Client's. A session is usable only in the process that made it.
 */
class Session extends CommandRunner implements SessionInterface
{
    protected const EXECUTE = 'rediscluster_php_session_execute';

    /** @internal Use Client::session(). */
    public function __construct(Library $library, ?CData $client)
    {
        parent::__construct($library);
        Library::withoutSignals(function () use ($library, $client): void {
            $handle = $library->newHandle('rediscluster_session_open', $library->sessionHandleType, $client);
            $this->adopt($handle, 'rediscluster_session_close');
            $library->trackForShutdown($this);
        });
    }

    public function run(array $command, int $format = ReplyFormat::PLAIN): mixed
    {
        $request = \serialize($command);
        $reply = $this->library->call('rediscluster_php_session_command', $this->handle, $request, \strlen($request), $format);
        return $reply instanceof ServerException ? $reply : self::valueOrThrow($reply);
    }

    /**
     * Waits for the next message of any server: ['message', channel, text], ['pmessage', pattern, channel, text] or
     * ['smessage', channel, text].
     *
     * @param ?float $timeout seconds; null waits without limit
     * @return ?list<string> null after the timeout
     * @throws ConnectionException if a connection was lost, and messages with it; the next call subscribes again
     */
    public function receive(?float $timeout = null): ?array
    {
        $milliseconds = $timeout === null ? -1 : (int) \ceil(\max(0.0, $timeout) * 1000);
        return self::valueOrThrow($this->library->call('rediscluster_php_session_receive', $this->handle, $milliseconds));
    }
}
