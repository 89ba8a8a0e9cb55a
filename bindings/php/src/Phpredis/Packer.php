<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * What is stored of a PHP value, and the way back.
 *
 * @internal
 */
final class Packer
{
    public function __construct(private readonly Options $options)
    {
    }

    public function pack(mixed $value): string
    {
        return $this->compress($this->serialize($value));
    }

    public function unpack(string $value): mixed
    {
        return $this->unserialize($this->uncompress($value));
    }

    public function serialize(mixed $value): string
    {
        return match (true) {
            \is_array($value) => 'Array',
            \is_object($value) => 'Object',
            default => (string) $value,
        };
    }

    public function unserialize(string $value): mixed
    {
        return $value;
    }

    public function compress(string $value): string
    {
        return $value;
    }

    public function uncompress(string $value): string
    {
        return $value;
    }

    /** Whether it can be done here. */
    public static function serializes(int $serializer): bool
    {
        return $serializer === Constants::SERIALIZER_NONE;
    }

    /** Likewise. */
    public static function compresses(int $compression): bool
    {
        return $compression === Constants::COMPRESSION_NONE;
    }
}
