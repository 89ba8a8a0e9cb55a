<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * One call of a method, ready to be sent: at once, in a pipeline, or in a transaction.
 *
 * @internal
 */
final class Call
{
    /**
     * @param array<mixed>                              $command as Client::run() takes it
     * @param string|array{class-string, string}        $reply   the shape of the answer: see Replies
     * @param mixed                                     $context what the shape needs to know of the arguments: the fields asked for
     */
    public function __construct(
        public array $command,
        public mixed $reply,
        public mixed $context = null,
    ) {
    }
}
