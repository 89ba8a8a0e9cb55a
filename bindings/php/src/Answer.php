<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * What a call of the library answers: a scalar, or text for unserialize() or explode(). It holds one answer at a time.
 *
 * @internal
 */
final class Answer
{
    /** rediscluster_php_type; what is not here is null. */
    public const FALSE = 1;
    public const TRUE = 2;
    public const INTEGER = 3;
    public const STRING = 4;
    public const TEXT = 5;
    public const OBJECTS = 6;
    public const LIST = 7;
    public const PAIRS = 8;

    /** How many bytes have a place in the answer itself. */
    private const SMALL = 4096;
    /** Up to so many, the memory that they lie in is used again by the next call. */
    private const KEPT = 1 << 20;

    private const NO_CLASSES = ['allowed_classes' => false];
    private const EXCEPTIONS = ['allowed_classes' => [
        Exception::class,
        ConfigException::class,
        ConnectionException::class,
        CrossNodeException::class,
        RequestException::class,
        ServerException::class,
        TimeoutException::class,
    ]];

    /** What a call is given, as arrays of one: PHP passes an array as the pointer to its first element. */
    public readonly CData $place;
    public readonly CData $error;

    /** The next one that no call uses; see Library::$idle. */
    public ?self $next = null;

    private readonly CData $fields;
    private readonly CData $small;

    public function __construct(private readonly Library $library)
    {
        $this->place = $library->ffi->new($library->answer);
        $this->error = $library->ffi->new($library->error);
        $this->fields = $this->place[0];
        $this->small = $this->fields->small;
    }

    public function value(): mixed
    {
        $head = $this->fields->head;
        switch ($head & 0xff) {
            case self::STRING:
                return $this->bytes($head >> 8);
            case self::INTEGER:
                return $this->fields->integer;
            case self::LIST:
                return \explode("\xff", $this->bytes($head >> 8));
            case self::PAIRS:
                return $this->pairs($head >> 8, $this->fields->integer);
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

    /** Lets go of what the library holds for it. */
    public function release(): void
    {
        $this->library->ffi->rediscluster_php_release($this->place);
    }

    private function bytes(int $length): string
    {
        if ($length <= self::SMALL) {
            return \FFI::string($this->small, $length);
        }
        $string = \FFI::string($this->fields->bytes, $length);
        $this->letGo($length);
        return $string;
    }

    /**
     * @param int $length of all
     * @param int $keys   how many bytes of it are the keys
     * @return array<string>
     */
    private function pairs(int $length, int $keys): array
    {
        $bytes = $this->fields->bytes;
        $names = \FFI::string($bytes, $keys);
        $values = \FFI::string($bytes + ($keys + 1), $length - $keys - 1);
        $this->letGo($length);
        return \array_combine(\explode("\xff", $names), \explode("\xff", $values));
    }

    /** Of many bytes, before they are taken apart: nothing large is held twice. */
    private function letGo(int $length): void
    {
        if ($length > self::KEPT || $this->library->isEnding) {
            $this->release();
        }
    }
}
