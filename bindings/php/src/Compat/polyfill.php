<?php

declare(strict_types=1);

// Without ext-redis: a class Redis, so that code which requires one accepts RedisCluster\Compat\Redis. It has the constants of phpredis,
// those of serializers and compression only where they work. Required by Compat\Redis; nothing else defines the class.

namespace RedisCluster\Compat\Polyfill {
    use RedisCluster\Phpredis\Compression;
    use RedisCluster\Phpredis\Constants;
    use RedisCluster\Phpredis\Serializer;

    if (\class_exists('Redis', false)) {
        return;
    }

    abstract class Base implements Constants\Always
    {
    }

    // A class per optional group of constants; where a group is missing, the class is another name of its parent.
    if (Serializer::isAvailable(Constants::SERIALIZER_IGBINARY)) {
        abstract class WithIgbinary extends Base implements Constants\Igbinary
        {
        }
    } else {
        \class_alias(Base::class, __NAMESPACE__ . '\WithIgbinary');
    }
    if (Serializer::isAvailable(Constants::SERIALIZER_MSGPACK)) {
        abstract class WithMsgpack extends WithIgbinary implements Constants\Msgpack
        {
        }
    } else {
        \class_alias(WithIgbinary::class, __NAMESPACE__ . '\WithMsgpack');
    }
    if (Compression::isAvailable(Constants::COMPRESSION_LZF)) {
        abstract class WithLzf extends WithMsgpack implements Constants\Lzf
        {
        }
    } else {
        \class_alias(WithMsgpack::class, __NAMESPACE__ . '\WithLzf');
    }
    if (Compression::isAvailable(Constants::COMPRESSION_ZSTD)) {
        abstract class WithZstd extends WithLzf implements Constants\Zstd
        {
        }
    } else {
        \class_alias(WithLzf::class, __NAMESPACE__ . '\WithZstd');
    }
    if (Compression::isAvailable(Constants::COMPRESSION_LZ4)) {
        abstract class WithLz4 extends WithZstd implements Constants\Lz4
        {
        }
    } else {
        \class_alias(WithZstd::class, __NAMESPACE__ . '\WithLz4');
    }
}

namespace {
    require_once __DIR__ . '/../Phpredis/polyfill.php';

    if (!\class_exists('Redis', false)) {
        class Redis extends RedisCluster\Compat\Polyfill\WithLz4
        {
            public function __construct()
            {
                throw new RedisException('ext-redis is not loaded: create a RedisCluster\Compat\Redis with a configuration instead');
            }
        }
    }
}
