<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * The output parameters of one call to the library, and their conversion to a PHP value.
 *
 * An object is reused for later calls (see Library::$idleReply) and holds one reply at a time.
 *
 * @internal
 */
final class NativeReply
{
    /** The values of the C enum rediscluster_php_type. Any other value is null. */
    public const FALSE = 1;
    public const TRUE = 2;
    public const INTEGER = 3;
    public const STRING = 4;
    public const TEXT = 5;
    public const OBJECTS = 6;
    public const LIST = 7;
    public const PAIRS = 8;

    /** Replies of at most so many bytes are stored in the C struct itself. */
    private const INLINE_BYTES = 4096;

    private const NO_CLASSES = ['allowed_classes' => false, 'max_depth' => 0];
    private const EXCEPTIONS = ['max_depth' => 0, 'allowed_classes' => [
        Exception::class,
        ConfigException::class,
        ConnectionException::class,
        CrossNodeException::class,
        RequestException::class,
        ServerException::class,
        TimeoutException::class,
    ]];

    /** The output parameters, as arrays of one element: PHP passes an array as the pointer to its first element. */
    public readonly CData $output;
    public readonly CData $error;

    /** The next object in the list of those that no call uses. */
    public ?self $nextIdle = null;

    private readonly CData $struct;
    private readonly CData $inlineBytes;

    public function __construct(private readonly Library $library)
    {
        $this->output = $library->ffi->new($library->replyType);
        $this->error = $library->ffi->new($library->errorType);
        $this->struct = $this->output[0];
        $this->inlineBytes = $this->struct->small;
    }

    public function value(): mixed
    {
        $head = $this->struct->head;
        switch ($head & 0xff) {
            case self::STRING:
                return $this->bytes($head >> 8);
            case self::INTEGER:
                return $this->struct->integer;
            case self::LIST:
                return \explode("\xff", $this->bytes($head >> 8));
            case self::PAIRS:
                return $this->pairs($head >> 8, $this->struct->integer);
            case self::TEXT:
                return \unserialize($this->bytes($head >> 8), self::NO_CLASSES);
            case self::OBJECTS:
                return \unserialize($this->bytes($head >> 8), self::EXCEPTIONS);
            case self::TRUE:
                return true;
            case self::FALSE:
                return false;
            default:
                return null;
        }
    }

    /** Releases the memory that the library holds for a large reply; a reply without such memory stays as it is. */
    public function release(): void
    {
        $this->library->ffi->rediscluster_php_release($this->output);
    }

    private function bytes(int $length): string
    {
        if ($length <= self::INLINE_BYTES) {
            return \FFI::string($this->inlineBytes, $length);
        }
        $string = \FFI::string($this->struct->bytes, $length);
        $this->release();
        return $string;
    }

    /**
     * @param int $length  bytes of keys and values together
     * @param int $keysEnd bytes of the keys
     * @return array<string>
     */
    private function pairs(int $length, int $keysEnd): array
    {
        $bytes = $this->struct->bytes;
        $keys = \FFI::string($bytes, $keysEnd);
        $values = \FFI::string($bytes + ($keysEnd + 1), $length - $keysEnd - 1);
        $this->release();
        return \array_combine(\explode("\xff", $keys), \explode("\xff", $values));
    }
}
