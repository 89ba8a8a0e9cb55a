<?php

declare(strict_types=1);

namespace RedisCluster;

/** The shared library cannot be used; the message says what to install or to set. */
final class LibraryException extends Exception
{
}
