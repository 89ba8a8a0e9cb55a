<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * Compressed values in the form that phpredis gives them. The extensions lzf, zstd and lz4 do it, or else phpredis itself, where
 * that is loaded and was built with the algorithm.
 *
 * @internal
 */
final class Compression
{
    private const FUNCTIONS = [
        Constants::COMPRESSION_LZF => 'lzf_compress',
        Constants::COMPRESSION_ZSTD => 'zstd_compress',
        Constants::COMPRESSION_LZ4 => 'lz4_compress',
    ];
    /** Of LZ4: a checksum of the length, and the length in four bytes. */
    private const HEADER = 5;
    private const LZ4_HIGHEST_LEVEL = 12;

    /** phpredis compresses by a connected object alone; false: it cannot be had. */
    private static \Redis|false|null $phpredis = null;

    public static function available(int $algorithm): bool
    {
        return $algorithm === Constants::COMPRESSION_NONE
            || isset(self::FUNCTIONS[$algorithm]) && \function_exists(self::FUNCTIONS[$algorithm])
            || self::phpredis($algorithm) !== null;
    }

    /** What cannot be compressed stays what it is. */
    public static function compress(int $algorithm, string $bytes, int $level): string
    {
        if ($algorithm === Constants::COMPRESSION_NONE || $bytes === '' && $algorithm !== Constants::COMPRESSION_ZSTD) {
            return $bytes;
        }
        if (!\function_exists(self::FUNCTIONS[$algorithm])) {
            $phpredis = self::phpredis($algorithm);
            $phpredis->setOption(Constants::OPT_COMPRESSION_LEVEL, $level);
            return $phpredis->_compress($bytes);
        }
        $compressed = match ($algorithm) {
            Constants::COMPRESSION_LZF => \lzf_compress($bytes),
            Constants::COMPRESSION_ZSTD => \zstd_compress($bytes, self::zstdLevel($level)),
            Constants::COMPRESSION_LZ4 => self::lz4($bytes, $level),
        };
        return \is_string($compressed) ? $compressed : $bytes;
    }

    /** @return ?string null: it was not compressed so */
    public static function uncompress(int $algorithm, string $bytes): ?string
    {
        if ($algorithm === Constants::COMPRESSION_NONE || $bytes === '') {
            return $bytes;
        }
        if (!\function_exists(self::FUNCTIONS[$algorithm])) {
            try {
                return self::phpredis($algorithm)->_uncompress($bytes);
            } catch (\RedisException) {
                return null;
            }
        }
        $plain = match ($algorithm) {
            Constants::COMPRESSION_LZF => @\lzf_decompress($bytes),
            Constants::COMPRESSION_ZSTD => @\zstd_uncompress($bytes),
            Constants::COMPRESSION_LZ4 => self::unlz4($bytes),
        };
        return \is_string($plain) ? $plain : null;
    }

    /** The extension writes the length, too, but not its checksum. */
    private static function lz4(string $bytes, int $level): string|false
    {
        $compressed = \lz4_compress($bytes, $level > self::LZ4_HIGHEST_LEVEL ? 0 : \max(0, $level));
        return \is_string($compressed) ? \chr(self::checksum(\pack('V', \strlen($bytes)))) . $compressed : false;
    }

    private static function unlz4(string $bytes): string|false
    {
        $isOurs = \strlen($bytes) >= self::HEADER && self::checksum(\substr($bytes, 1, 4)) === \ord($bytes[0]);
        return $isOurs ? @\lz4_uncompress(\substr($bytes, 1)) : false;
    }

    /** CRC-8 with the polynomial 0x31. */
    private static function checksum(string $bytes): int
    {
        $crc = 0xff;
        foreach (\unpack('C*', $bytes) as $byte) {
            $crc ^= $byte;
            for ($bit = 0; $bit < 8; $bit++) {
                $crc = $crc & 0x80 ? ($crc << 1 ^ 0x31) & 0xff : $crc << 1;
            }
        }
        return $crc;
    }

    private static function zstdLevel(int $level): int
    {
        return $level < 1 ? Constants::COMPRESSION_ZSTD_DEFAULT : \min($level, Constants::COMPRESSION_ZSTD_MAX);
    }

    /** phpredis, set to an algorithm; null where it is not there, or cannot do that. */
    private static function phpredis(int $algorithm): ?\Redis
    {
        if (!\extension_loaded('redis')) {
            return null;
        }
        self::$phpredis ??= self::connected();
        return self::$phpredis !== false && self::$phpredis->setOption(Constants::OPT_COMPRESSION, $algorithm) ? self::$phpredis : null;
    }

    /** Nothing will be sent, so it is connected to a socket of this process that is never served. */
    private static function connected(): \Redis|false
    {
        $socket = @\stream_socket_server('tcp://127.0.0.1:0');
        if ($socket === false) {
            return false;
        }
        [$host, $port] = \explode(':', \stream_socket_get_name($socket, false));
        $redis = new \Redis();
        try {
            return $redis->connect($host, (int) $port, 1.0) ? $redis : false;
        } catch (\RedisException) {
            return false;
        }
    }
}
