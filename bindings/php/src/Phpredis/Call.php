<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * One call of a method: the command to send, and how to convert the reply.
 *
 * @internal
 */
final class Call
{
    /**
     * @param array<mixed>                                              $command      as Client::run() takes it
     * @param string|array{class-string, string}|\Closure(mixed): mixed $replyType    see ReplyConverter
     * @param mixed                                                     $replyContext what the conversion needs to know about the arguments, such as the
     *                                                                                requested fields
     */
    public function __construct(
        public array $command,
        public mixed $replyType,
        public mixed $replyContext = null,
    ) {
    }
}
