<?php

declare(strict_types=1);

namespace RedisCluster\Cache;

/**
 * Values as a cache keeps them: in PHP's own format, or in igbinary's.
 *
 * @internal
 */
final class Values
{
    /** What the formats' functions answer for a broken value as well: these are the bytes that mean it. */
    private readonly string $false;
    private readonly string $null;

    public function __construct(private readonly bool $igbinary)
    {
        if ($igbinary && !\function_exists('igbinary_serialize')) {
            throw new InvalidArgumentException('The extension igbinary is not loaded');
        }
        $this->false = $this->bytes(false);
        $this->null = $this->bytes(null);
    }

    public function bytes(mixed $value): string
    {
        try {
            return $this->igbinary ? (string) \igbinary_serialize($value) : \serialize($value);
        } catch (\Exception $exception) {
            throw new InvalidArgumentException('The value cannot be kept: ' . $exception->getMessage(), 0, $exception);
        }
    }

    /** The default for nothing, and for what cannot be read: another format, or classes that have changed or gone since. */
    public function value(?string $bytes, mixed $default): mixed
    {
        if ($bytes === null) {
            return $default;
        }
        // Without it, an object whose class is gone would come back as one that only looks like it.
        $callback = \ini_set('unserialize_callback_func', self::class . '::refuse');
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

    /** @internal PHP calls it for a class that is not there. */
    public static function refuse(string $class): never
    {
        throw new \UnexpectedValueException("There is no class $class");
    }
}
