<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Form;

/**
 * What setOption() has set.
 *
 * @internal
 */
final class Options
{
    /** RedisCluster::OPT_FAILURE_NULL, a number that phpredis has not. */
    public const FAILURE_NULL = 1000;

    public string $prefix = '';
    public int $serializer = Constants::SERIALIZER_NONE;
    public int $compression = Constants::COMPRESSION_NONE;
    public int $compressionLevel = 0;
    /** OPT_REPLY_LITERAL takes STATUS_TRUE away from what has no shape of its own: then a status is its text (`OK`) and not true. */
    public int $statusForm = Form::PHPREDIS;
    /** An array that is nil is null and not []. */
    public bool $nullArrayAsNull = false;
    /** Numbers are neither serialized nor compressed. */
    public bool $packIgnoreNumbers = false;
    /** Bits: SCAN_RETRY and SCAN_PREFIX. */
    public int $scan = Constants::SCAN_NORETRY;
    /** Seconds; 0: as the configuration has it; below 0: for ever. */
    public float $readTimeout = 0.0;
    /** A failure of transport is logged, and null is the answer, as with rediscluster-php. */
    public bool $failureNull = false;
    /** @var array<int, int> what is remembered for getOption(), and has no effect: the library keeps and re-makes connections itself */
    public array $connection = [
        Constants::OPT_TCP_KEEPALIVE => 0,
        Constants::OPT_MAX_RETRIES => 10,
        Constants::OPT_BACKOFF_ALGORITHM => 0,
        Constants::OPT_BACKOFF_BASE => 0,
        Constants::OPT_BACKOFF_CAP => 0,
    ];
    /** No value is changed on its way: neither serializer nor compression. */
    public bool $plain = true;

    /** @return bool whether there is such an option, and it takes such a value */
    public function set(int $option, mixed $value): bool
    {
        $done = match ($option) {
            Constants::OPT_PREFIX => $this->setPrefix($value),
            Constants::OPT_SERIALIZER => $this->setSerializer((int) $value),
            Constants::OPT_COMPRESSION => $this->setCompression((int) $value),
            Constants::OPT_SCAN => $this->setScan((int) $value),
            Constants::OPT_TCP_KEEPALIVE => $this->setConnection($option, (int) ((int) $value > 0)),
            Constants::OPT_MAX_RETRIES, Constants::OPT_BACKOFF_BASE, Constants::OPT_BACKOFF_CAP => $this->setConnection($option, (int) $value),
            Constants::OPT_BACKOFF_ALGORITHM => (int) $value <= Constants::BACKOFF_ALGORITHM_CONSTANT
                && $this->setConnection($option, (int) $value),
            default => $this->setSimple($option, $value),
        };
        $this->plain = $this->serializer === Constants::SERIALIZER_NONE && $this->compression === Constants::COMPRESSION_NONE
            && !$this->packIgnoreNumbers;
        return $done;
    }

    public function get(int $option): mixed
    {
        return match ($option) {
            Constants::OPT_PREFIX => $this->prefix === '' ? null : $this->prefix,
            Constants::OPT_SERIALIZER => $this->serializer,
            Constants::OPT_COMPRESSION => $this->compression,
            Constants::OPT_COMPRESSION_LEVEL => $this->compressionLevel,
            Constants::OPT_SCAN => $this->scan,
            Constants::OPT_READ_TIMEOUT => $this->readTimeout,
            Constants::OPT_REPLY_LITERAL => (int) ($this->statusForm !== Form::PHPREDIS),
            Constants::OPT_NULL_MULTIBULK_AS_NULL => (int) $this->nullArrayAsNull,
            Constants::OPT_PACK_IGNORE_NUMBERS => (int) $this->packIgnoreNumbers,
            self::FAILURE_NULL => (int) $this->failureNull,
            default => $this->connection[$option] ?? false,
        };
    }

    /** Options that take any value; as in phpredis, what is no number is 0. */
    private function setSimple(int $option, mixed $value): bool
    {
        switch ($option) {
            case Constants::OPT_COMPRESSION_LEVEL:
                $this->compressionLevel = (int) $value;
                return true;
            case Constants::OPT_READ_TIMEOUT:
                $this->readTimeout = (float) $value;
                return true;
            case Constants::OPT_REPLY_LITERAL:
                $this->statusForm = (int) $value !== 0 ? Form::NIL_FALSE : Form::PHPREDIS;
                return true;
            case Constants::OPT_NULL_MULTIBULK_AS_NULL:
                $this->nullArrayAsNull = (int) $value !== 0;
                return true;
            case Constants::OPT_PACK_IGNORE_NUMBERS:
                $this->packIgnoreNumbers = (int) $value !== 0;
                return true;
            case self::FAILURE_NULL:
                $this->failureNull = (bool) $value;
                return true;
            default:
                return false;
        }
    }

    private function setPrefix(mixed $value): bool
    {
        $this->prefix = (string) $value;
        return true;
    }

    private function setSerializer(int $serializer): bool
    {
        if (!Serializer::available($serializer)) {
            return false;
        }
        $this->serializer = $serializer;
        return true;
    }

    private function setCompression(int $algorithm): bool
    {
        if (!Compression::available($algorithm)) {
            return false;
        }
        $this->compression = $algorithm;
        return true;
    }

    /** SCAN_RETRY, SCAN_PREFIX and their opposites are four words for two bits. */
    private function setScan(int $word): bool
    {
        $this->scan = match ($word) {
            Constants::SCAN_NORETRY => $this->scan & ~Constants::SCAN_RETRY,
            Constants::SCAN_RETRY => $this->scan | Constants::SCAN_RETRY,
            Constants::SCAN_PREFIX => $this->scan | Constants::SCAN_PREFIX,
            Constants::SCAN_NOPREFIX => $this->scan & ~Constants::SCAN_PREFIX,
            default => $this->scan,
        };
        return $word >= Constants::SCAN_NORETRY && $word <= Constants::SCAN_NOPREFIX;
    }

    private function setConnection(int $option, int $value): bool
    {
        if ($value < 0) {
            return false;
        }
        $this->connection[$option] = $value;
        return true;
    }
}
