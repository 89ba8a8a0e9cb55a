<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

require_once __DIR__ . '/Phpredis/polyfill.php';

/**
 * Everything this package throws, save TypeError for arguments that are not bytes.
 *
 * Among the replies of execute() and each(), and inside arrays, a failure is not thrown: its exception stands in the
 * place of the reply.
 */
class Exception extends \RedisException
{
    /** What getCode() answers: the library's rediscluster_status, and 0 where it does not come from the library. */
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
     * @param ?string $node     alias of the node that failed, where one did
     * @param bool    $executed false: the command was certainly not executed; true: it may have been
     */
    final public function __construct(
        string $message,
        int $code = 0,
        public readonly ?string $node = null,
        public readonly bool $executed = false,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, $code, $previous);
    }

    /** @internal The exception that says what a rediscluster_error says. The error stays the caller's to free. */
    public static function from(\FFI $ffi, CData $error): self
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
        );
    }

    /** @return array{string, int, ?string, bool} */
    public function __serialize(): array
    {
        return [$this->message, $this->code, $this->node, $this->executed];
    }

    /**
     * The library writes the exceptions among replies in this form.
     *
     * @param array{string, int, ?string, bool} $data
     */
    public function __unserialize(array $data): void
    {
        [$this->message, $this->code, $this->node, $this->executed] = $data;
        // The first frame is unserialize() with its text, which may be that of a thousand replies.
        static $trace = null;
        $trace ??= new \ReflectionProperty(\Exception::class, 'trace');
        $trace->setValue($this, \array_slice($this->getTrace(), 1));
    }
}
