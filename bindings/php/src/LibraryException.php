<?php

declare(strict_types=1);

namespace RedisCluster;

/** The shared library cannot be used. The message says what to install or to configure. */
final class LibraryException extends Exception
{
}
