<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

require_once __DIR__ . '/Phpredis/polyfill.php';

/**
 * The base class of all exceptions of this package, except TypeError and ValueError for unsuitable arguments.
 *
 * execute() and each() do not throw the failure of one command: they return its exception in place of the reply. The same
 * applies to errors inside array replies.
 */
class Exception extends \RedisException
{
    /** The values of getCode(): the library's rediscluster_status; 0 if the exception does not come from the library. */
    public const ARGUMENT = 1;
    public const CONFIG = 2;
    public const REQUEST = 3;
    public const CROSSNODE = 4;
    public const CONNECT = 5;
    public const POOL = 6;
    public const TIMEOUT = 7;
    public const IO = 8;
    public const PROTOCOL = 9;
    public const MEMORY = 10;
    public const INTERNAL = 11;

    /**
     * @param ?string $node     alias of the node that failed, or null
     * @param bool    $executed false: the command was certainly not executed; true: it may have been
     * @param ?string $address  host and port of the server, or the path of its socket, or null
     * @param ?string $command  the name of the command, in capital letters, or null
     */
    final public function __construct(
        string $message,
        int $code = 0,
        public readonly ?string $node = null,
        public readonly bool $executed = false,
        ?\Throwable $previous = null,
        public readonly ?string $address = null,
        public readonly ?string $command = null,
    ) {
        parent::__construct($message, $code, $previous);
    }

    /** @internal Converts a rediscluster_error. The caller still has to free it. */
    public static function fromError(\FFI $ffi, CData $error): self
    {
        $code = $ffi->rediscluster_error_code($error);
        $class = match ($code) {
            self::CONFIG => ConfigException::class,
            self::REQUEST => RequestException::class,
            self::CROSSNODE => CrossNodeException::class,
            self::CONNECT, self::POOL, self::IO, self::PROTOCOL => ConnectionException::class,
            self::TIMEOUT => TimeoutException::class,
            default => self::class,
        };
        return new $class(
            $ffi->rediscluster_error_message($error),
            $code,
            $ffi->rediscluster_error_node($error),
            $ffi->rediscluster_error_executed($error) === 1,
            address: $ffi->rediscluster_error_address($error),
            command: $ffi->rediscluster_error_command($error),
        );
    }

    /** @return array{string, int, ?string, bool, ?string, ?string} */
    public function __serialize(): array
    {
        return [$this->message, $this->code, $this->node, $this->executed, $this->address, $this->command];
    }

    /**
     * The library writes exceptions among replies in this format.
     *
     * @param array{string, int, ?string, bool, ?string, ?string} $data the last two are missing in exceptions of earlier releases
     */
    public function __unserialize(array $data): void
    {
        [$this->message, $this->code, $this->node, $this->executed] = $data;
        $this->address = $data[4] ?? null;
        $this->command = $data[5] ?? null;
        // Drop the first frame: unserialize() with its argument, which may hold a thousand replies.
        static $trace = null;
        $trace ??= new \ReflectionProperty(\Exception::class, 'trace');
        $trace->setValue($this, \array_slice($this->getTrace(), 1));
    }
}
