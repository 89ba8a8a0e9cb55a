<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

/**
 * Converts cached values to bytes and back, in the format of serialize() or of igbinary.
 *
 * @internal
 */
final class ValueSerializer
{
    /** The bytes of false and null: the functions also return these values for bytes that they cannot read. */
    private readonly string $false;
    private readonly string $null;

    public function __construct(private readonly bool $igbinary)
    {
        if ($igbinary && !\function_exists('igbinary_serialize')) {
            throw new InvalidArgumentException('The extension igbinary is not loaded: load it, or pass igbinary: false');
        }
        $this->false = $this->serialize(false);
        $this->null = $this->serialize(null);
    }

    public function serialize(mixed $value): string
    {
        try {
            return $this->igbinary ? (string) \igbinary_serialize($value) : \serialize($value);
        } catch (\Exception $exception) {
            throw new InvalidArgumentException('The value cannot be serialized: ' . $exception->getMessage(), 0, $exception);
        }
    }

    /** Returns the default for null, and for bytes in another format or of a class that has changed or does not exist. */
    public function unserialize(?string $bytes, mixed $default): mixed
    {
        if ($bytes === null) {
            return $default;
        }
        // Otherwise an object of a class that does not exist would be a __PHP_Incomplete_Class.
        $callback = \ini_set('unserialize_callback_func', self::class . '::rejectClass');
        try {
            $value = $this->igbinary ? @\igbinary_unserialize($bytes) : @\unserialize($bytes);
        } catch (\Throwable) {
            return $default;
        } finally {
            \ini_set('unserialize_callback_func', (string) $callback);
        }
        return match ($value) {
            false => $bytes === $this->false ? false : $default,
            null => $bytes === $this->null ? null : $default,
            default => $value,
        };
    }

    /** @internal PHP calls it for a class that does not exist. */
    public static function rejectClass(string $class): never
    {
        throw new \UnexpectedValueException("Class $class does not exist");
    }
}
