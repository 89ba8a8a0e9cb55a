<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * Converts PHP values to the bytes that are stored, and back: serializes, then compresses.
 *
 * @internal
 */
final class ValueCodec
{
    public function __construct(private readonly Options $options)
    {
    }

    public function pack(mixed $value): string
    {
        $options = $this->options;
        if ($options->packIgnoreNumbers !== 0 && (\is_int($value) || \is_float($value))) {
            return (string) $value;
        }
        $bytes = Serializer::serialize($options->serializer, $value);
        return $options->compression === 0 ? $bytes : Compression::compress($options->compression, $bytes, $options->compressionLevel);
    }

    /** Bytes that cannot be uncompressed or unserialized are returned unchanged: they were stored with other options. */
    public function unpack(string $bytes): mixed
    {
        $options = $this->options;
        if ($options->packIgnoreNumbers !== 0 && \is_numeric($bytes)) {
            return $bytes + 0;
        }
        if ($options->compression !== 0) {
            $bytes = Compression::uncompress($options->compression, $bytes) ?? $bytes;
        }
        return Serializer::unserialize($options->serializer, $bytes, $value) ? $value : $bytes;
    }

    public function serialize(mixed $value): string
    {
        return Serializer::serialize($this->options->serializer, $value);
    }

    public function unserialize(string $bytes): mixed
    {
        if (Serializer::unserialize($this->options->serializer, $bytes, $value)) {
            return $value;
        }
        return $this->options->serializer === Constants::SERIALIZER_NONE
            ? $bytes
            : throw new \RedisException('Invalid serialized data, or unserialization error');
    }

    public function compress(string $bytes): string
    {
        return Compression::compress($this->options->compression, $bytes, $this->options->compressionLevel);
    }

    public function uncompress(string $bytes): string
    {
        return Compression::uncompress($this->options->compression, $bytes)
            ?? throw new \RedisException('Invalid compressed data or uncompression error');
    }
}
