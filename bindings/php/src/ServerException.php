<?php

declare(strict_types=1);

namespace RedisCluster;

/** A server answered with an error (-ERR, -WRONGTYPE …); the message is the server's own, byte for byte. */
final class ServerException extends Exception
{
}
