<?php

declare(strict_types=1);

// phpredis' exception, if phpredis is not loaded: code that catches it works with and without the extension.

if (!class_exists('RedisException', false)) {
    class RedisException extends RuntimeException
    {
    }
}
