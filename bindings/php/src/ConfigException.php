<?php

declare(strict_types=1);

namespace RedisCluster;

/** The configuration is invalid. The message gives the path of the bad value. */
final class ConfigException extends Exception
{
}
