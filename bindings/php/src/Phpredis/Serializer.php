<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * PHP values as bytes, the same bytes that phpredis writes.
 *
 * @internal
 */
final class Serializer
{
    /** The functions that a serializer wants, where PHP itself has none. */
    private const FUNCTIONS = [
        Constants::SERIALIZER_IGBINARY => 'igbinary_serialize',
        Constants::SERIALIZER_MSGPACK => 'msgpack_pack',
    ];
    /** What PHP's serialize() writes begins so. Counters and other plain text are told from it without an attempt. */
    private const PHP = '/^(?:[abdEiOCsrR]:|N;)/';
    /** The two headers of igbinary, and the shortest thing behind one. */
    private const IGBINARY = '/^\0\0\0[\x01\x02]./s';

    public static function available(int $serializer): bool
    {
        return match ($serializer) {
            Constants::SERIALIZER_NONE, Constants::SERIALIZER_PHP, Constants::SERIALIZER_JSON => true,
            default => isset(self::FUNCTIONS[$serializer]) && \function_exists(self::FUNCTIONS[$serializer]),
        };
    }

    public static function write(int $serializer, mixed $value): string
    {
        return match ($serializer) {
            Constants::SERIALIZER_PHP => \serialize($value),
            Constants::SERIALIZER_IGBINARY => (string) \igbinary_serialize($value),
            Constants::SERIALIZER_MSGPACK => \msgpack_pack($value),
            Constants::SERIALIZER_JSON => self::json($value),
            default => self::text($value),
        };
    }

    /** @return bool whether the bytes could be read; without a serializer nothing is to be read */
    public static function read(int $serializer, string $bytes, mixed &$value): bool
    {
        switch ($serializer) {
            case Constants::SERIALIZER_PHP:
                if (\preg_match(self::PHP, $bytes) !== 1) {
                    return false;
                }
                $value = self::unserialized($bytes);
                return $value !== false || \str_starts_with($bytes, 'b:0;');
            case Constants::SERIALIZER_IGBINARY:
                if (\preg_match(self::IGBINARY, $bytes) !== 1) {
                    return false;
                }
                $value = \igbinary_unserialize($bytes);
                return $value !== null || $bytes[4] === "\0";
            case Constants::SERIALIZER_MSGPACK:
                $value = $bytes === '' ? false : \msgpack_unpack($bytes);
                return $value !== false || $bytes === "\xc2";
            case Constants::SERIALIZER_JSON:
                $value = \json_decode($bytes, true);
                return \json_last_error() === \JSON_ERROR_NONE;
            default:
                return false;
        }
    }

    /** Without the notice for what was never serialized, which a handler of the caller's would see even behind an @. */
    private static function unserialized(string $bytes): mixed
    {
        $handler = null;
        $handler = \set_error_handler(static function (int $level, string $message, string $file, int $line) use (&$handler): bool {
            $isOurs = \str_starts_with($message, 'unserialize(): ');
            return $isOurs || ($handler !== null && $handler($level, $message, $file, $line) !== false);
        });
        try {
            return \unserialize($bytes);
        } finally {
            \restore_error_handler();
        }
    }

    private static function text(mixed $value): string
    {
        return match (true) {
            \is_array($value) => 'Array',
            \is_object($value) => 'Object',
            default => (string) $value,
        };
    }

    /** With the flag that phpredis passes, and, as there, 0 for a number that JSON has not, and nothing where there is no JSON. */
    private static function json(mixed $value): string
    {
        $json = \json_encode($value, \JSON_HEX_TAG);
        if ($json === false && \json_last_error() === \JSON_ERROR_INF_OR_NAN) {
            $json = \json_encode($value, \JSON_HEX_TAG | \JSON_PARTIAL_OUTPUT_ON_ERROR);
        }
        return (string) $json;
    }
}
