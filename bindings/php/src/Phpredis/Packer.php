<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * What is stored of a PHP value, and the way back: serialized, then compressed.
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
        $options = $this->options;
        if ($options->packIgnoreNumbers !== 0 && (\is_int($value) || \is_float($value))) {
            return (string) $value;
        }
        $bytes = Serializer::write($options->serializer, $value);
        return $options->compression === 0 ? $bytes : Compression::compress($options->compression, $bytes, $options->compressionLevel);
    }

    /** What cannot be uncompressed or unserialized was not written so, and is answered as it is. */
    public function unpack(string $bytes): mixed
    {
        $options = $this->options;
        if ($options->packIgnoreNumbers !== 0 && \is_numeric($bytes) && \trim($bytes) === $bytes) {
            return $bytes + 0;
        }
        if ($options->compression !== 0) {
            $bytes = Compression::uncompress($options->compression, $bytes) ?? $bytes;
        }
        return Serializer::read($options->serializer, $bytes, $value) ? $value : $bytes;
    }

    public function serialize(mixed $value): string
    {
        return Serializer::write($this->options->serializer, $value);
    }

    public function unserialize(string $bytes): mixed
    {
        if (Serializer::read($this->options->serializer, $bytes, $value)) {
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
