<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * Compresses values in the format of phpredis. It uses the extensions lzf, zstd and lz4, or else phpredis, if that is loaded and
 * supports the algorithm.
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
    /** The header of LZ4: a checksum of the length, and the length in four bytes. */
    private const LZ4_HEADER_BYTES = 5;
    private const LZ4_HIGHEST_LEVEL = 12;

    /** A connected object, as phpredis compresses only with one; false: it could not connect; null: not tried. */
    private static \Redis|false|null $phpredis = null;

    public static function isAvailable(int $algorithm): bool
    {
        return $algorithm === Constants::COMPRESSION_NONE
            || isset(self::FUNCTIONS[$algorithm]) && \function_exists(self::FUNCTIONS[$algorithm])
            || self::phpredis($algorithm) !== null;
    }

    /** Returns the bytes unchanged if they cannot be compressed. */
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
            Constants::COMPRESSION_LZ4 => self::compressLz4($bytes, $level),
        };
        return \is_string($compressed) ? $compressed : $bytes;
    }

    /** @return ?string null: the bytes are not compressed with this algorithm */
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
            Constants::COMPRESSION_LZ4 => self::uncompressLz4($bytes),
        };
        return \is_string($plain) ? $plain : null;
    }

    /** The extension writes the length, but not the checksum before it. */
    private static function compressLz4(string $bytes, int $level): string|false
    {
        $compressed = \lz4_compress($bytes, $level > self::LZ4_HIGHEST_LEVEL ? 0 : \max(0, $level));
        return \is_string($compressed) ? \chr(self::crc8(\pack('V', \strlen($bytes)))) . $compressed : false;
    }

    private static function uncompressLz4(string $bytes): string|false
    {
        $hasHeader = \strlen($bytes) >= self::LZ4_HEADER_BYTES && self::crc8(\substr($bytes, 1, 4)) === \ord($bytes[0]);
        return $hasHeader ? @\lz4_uncompress(\substr($bytes, 1)) : false;
    }

    /** CRC-8 with the polynomial 0x31. */
    private static function crc8(string $bytes): int
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

    /** phpredis, set to an algorithm; null if it is not loaded or does not support the algorithm. */
    private static function phpredis(int $algorithm): ?\Redis
    {
        if (!\extension_loaded('redis')) {
            return null;
        }
        self::$phpredis ??= self::connectPhpredis();
        return self::$phpredis !== false && self::$phpredis->setOption(Constants::OPT_COMPRESSION, $algorithm) ? self::$phpredis : null;
    }

    /** Connects to a listening socket of this process: compression sends nothing. */
    private static function connectPhpredis(): \Redis|false
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
