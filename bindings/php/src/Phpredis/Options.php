<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Request;

/**
 * What setOption() has set.
 *
 * @internal
 */
final class Options
{
    public string $prefix = '';
    public int $serializer = Constants::SERIALIZER_NONE;
    public int $compression = Constants::COMPRESSION_NONE;
    public int $compressionLevel = 0;
    /** No value is changed on its way: neither serializer nor compression. */
    public bool $plain = true;
    /** Nor is a failure: get() and set() may take the short way. */
    public bool $ordinary = true;
    /** A connection's failure is logged, and answered with null, as rediscluster-php did it. */
    public bool $failureAsNull = false;
    /** Numbers are neither serialized nor compressed. */
    public int $packIgnoreNumbers = 0;
    /** A status among the replies of scripts and raw commands is its text (`OK`) and not true. */
    public bool $replyLiteral = false;
    /** An array that is nil is null and not []. */
    public bool $nullArrayAsNull = false;
    /** The bits SCAN_RETRY and SCAN_PREFIX. */
    public int $scan = Constants::SCAN_NORETRY;
    /** Seconds; 0 where the configuration decides. */
    public float $readTimeout = 0.0;
    /** @var array<int, int> kept for getOption() alone: the library makes and keeps connections in its own way */
    private array $connection = [
        Constants::OPT_TCP_KEEPALIVE => 0,
        Constants::OPT_MAX_RETRIES => 10,
        Constants::OPT_BACKOFF_ALGORITHM => Constants::BACKOFF_ALGORITHM_DEFAULT,
        Constants::OPT_BACKOFF_BASE => 0,
        Constants::OPT_BACKOFF_CAP => 0,
    ];

    /** @return bool whether there is such an option, and it takes such a value */
    public function set(int $option, mixed $value): bool
    {
        switch ($option) {
            case Constants::OPT_PREFIX:
                $this->prefix = Request::text($value);
                return true;
            case Constants::OPT_SERIALIZER:
                return $this->packing(Serializer::available((int) $value), $this->serializer, (int) $value);
            case Constants::OPT_COMPRESSION:
                return $this->packing(Compression::available((int) $value), $this->compression, (int) $value);
            case Constants::OPT_COMPRESSION_LEVEL:
                $this->compressionLevel = (int) $value;
                return true;
            case Constants::OPT_PACK_IGNORE_NUMBERS:
                $ignored = (int) ((int) $value !== 0);
                return $this->packing(true, $this->packIgnoreNumbers, $ignored);
            case Constants::OPT_REPLY_LITERAL:
                $this->replyLiteral = (int) $value !== 0;
                return true;
            case Constants::OPT_NULL_MULTIBULK_AS_NULL:
                $this->nullArrayAsNull = (int) $value !== 0;
                return true;
            case Constants::OPT_FAILURE_AS_NULL:
                $this->failureAsNull = (bool) $value;
                $this->ordinary = $this->plain && !$this->failureAsNull;
                return true;
            case Constants::OPT_SCAN:
                return $this->scanning((int) $value);
            case Constants::OPT_READ_TIMEOUT:
                $this->readTimeout = (float) $value;
                return true;
            default:
                return $this->connecting($option, (int) $value);
        }
    }

    public function get(int $option): mixed
    {
        return match ($option) {
            Constants::OPT_PREFIX => $this->prefix === '' ? null : $this->prefix,
            Constants::OPT_SERIALIZER => $this->serializer,
            Constants::OPT_COMPRESSION => $this->compression,
            Constants::OPT_COMPRESSION_LEVEL => $this->compressionLevel,
            Constants::OPT_PACK_IGNORE_NUMBERS => $this->packIgnoreNumbers,
            Constants::OPT_REPLY_LITERAL => (int) $this->replyLiteral,
            Constants::OPT_NULL_MULTIBULK_AS_NULL => (int) $this->nullArrayAsNull,
            Constants::OPT_FAILURE_AS_NULL => (int) $this->failureAsNull,
            Constants::OPT_SCAN => $this->scan,
            Constants::OPT_READ_TIMEOUT => $this->readTimeout,
            default => $this->connection[$option] ?? false,
        };
    }

    private function packing(bool $possible, int &$option, int $value): bool
    {
        if ($possible) {
            $option = $value;
            $this->plain = $this->serializer === Constants::SERIALIZER_NONE && $this->compression === Constants::COMPRESSION_NONE
                && $this->packIgnoreNumbers === 0;
            $this->ordinary = $this->plain && !$this->failureAsNull;
        }
        return $possible;
    }

    private function scanning(int $value): bool
    {
        switch ($value) {
            case Constants::SCAN_RETRY:
            case Constants::SCAN_PREFIX:
                $this->scan |= $value;
                return true;
            case Constants::SCAN_NORETRY:
                $this->scan &= ~Constants::SCAN_RETRY;
                return true;
            case Constants::SCAN_NOPREFIX:
                $this->scan &= ~Constants::SCAN_PREFIX;
                return true;
            default:
                return false;
        }
    }

    private function connecting(int $option, int $value): bool
    {
        $value = $option === Constants::OPT_TCP_KEEPALIVE ? (int) ($value > 0) : $value;
        $known = isset($this->connection[$option]) && $value >= 0;
        if (!$known || ($option === Constants::OPT_BACKOFF_ALGORITHM && $value > Constants::BACKOFF_ALGORITHM_CONSTANT)) {
            return false;
        }
        $this->connection[$option] = $value;
        return true;
    }
}
