<?php

declare(strict_types=1);

namespace RedisCluster;

/** The configuration is wrong; the message names the path of the bad value. */
final class ConfigException extends Exception
{
}
