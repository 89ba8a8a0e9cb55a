<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * Serializes PHP values to the same bytes as phpredis.
 *
 * @internal
 */
final class Serializer
{
    /** A function of the extension that a serializer needs. */
    private const EXTENSION_FUNCTIONS = [
        Constants::SERIALIZER_IGBINARY => 'igbinary_serialize',
        Constants::SERIALIZER_MSGPACK => 'msgpack_pack',
    ];
    /** The start of every output of serialize(). Other text, such as a counter, is recognized without calling unserialize(). */
    private const PHP_START = '/^(?:[abdEiOCsrR]:|N;)/';
    /** The two headers of igbinary, and at least one byte after it. */
    private const IGBINARY_START = '/^\0\0\0[\x01\x02]./s';

    public static function isAvailable(int $serializer): bool
    {
        return match ($serializer) {
            Constants::SERIALIZER_NONE, Constants::SERIALIZER_PHP, Constants::SERIALIZER_JSON => true,
            default => isset(self::EXTENSION_FUNCTIONS[$serializer]) && \function_exists(self::EXTENSION_FUNCTIONS[$serializer]),
        };
    }

    public static function serialize(int $serializer, mixed $value): string
    {
        return match ($serializer) {
            Constants::SERIALIZER_PHP => \serialize($value),
            Constants::SERIALIZER_IGBINARY => (string) \igbinary_serialize($value),
            Constants::SERIALIZER_MSGPACK => \msgpack_pack($value),
            Constants::SERIALIZER_JSON => self::json($value),
            default => self::text($value),
        };
    }

    /** @return bool whether $value was set; always false without a serializer */
    public static function unserialize(int $serializer, string $bytes, mixed &$value): bool
    {
        switch ($serializer) {
            case Constants::SERIALIZER_PHP:
                if (\preg_match(self::PHP_START, $bytes) !== 1) {
                    return false;
                }
                $value = self::unserializePhp($bytes);
                return $value !== false || \str_starts_with($bytes, 'b:0;');
            case Constants::SERIALIZER_IGBINARY:
                if (\preg_match(self::IGBINARY_START, $bytes) !== 1) {
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

    /** Suppresses the notice for bytes that are not serialized. The operator @ would not keep it from the caller's error handler. */
    private static function unserializePhp(string $bytes): mixed
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

    /** As phpredis: with JSON_HEX_TAG, 0 for INF and NAN, and an empty string for what JSON cannot represent. */
    private static function json(mixed $value): string
    {
        $json = \json_encode($value, \JSON_HEX_TAG);
        if ($json === false && \json_last_error() === \JSON_ERROR_INF_OR_NAN) {
            $json = \json_encode($value, \JSON_HEX_TAG | \JSON_PARTIAL_OUTPUT_ON_ERROR);
        }
        return (string) $json;
    }
}
