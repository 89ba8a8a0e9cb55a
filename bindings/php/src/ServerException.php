<?php

declare(strict_types=1);

namespace RedisCluster;

/** A server replied with an error (-ERR, -WRONGTYPE …). The message is the server's, byte for byte. */
final class ServerException extends Exception
{
}
