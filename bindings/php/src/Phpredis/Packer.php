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
        return match (true) {
            \is_array($value) => 'Array',
            \is_object($value) => 'Object',
            default => (string) $value,
        };
    }

    public function unpack(string $value): mixed
    {
        return $value;
    }
}
