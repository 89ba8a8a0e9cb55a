<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Request;

/**
 * The options that setOption() sets.
 *
 * @internal
 */
final class Options
{
    public string $prefix = '';
    /** The hash tag of a key, for a class that places keys by another rule; null: the library places them. */
    public readonly ?\Closure $hashTag;
    /** Keys are sent unchanged: there is neither a prefix nor a hash tag to add. */
    public bool $hasPlainKeys = true;
    public int $serializer = Constants::SERIALIZER_NONE;
    public int $compression = Constants::COMPRESSION_NONE;
    public int $compressionLevel = 0;
    /** Whether the first key with a tag that `hash_tag: strip` removes is logged, because the configuration does not say what a tag is. */
    public bool $logsStrippedTag = false;
    /** Values are neither serialized nor compressed: strings are stored and returned unchanged. */
    public bool $hasPlainValues = true;
    /** get() and set() may take the fast path: plain values, and connection failures are thrown. */
    public bool $allowsFastPath = true;
    /** Connection failures are logged and the method returns null. */
    public bool $failureAsNull = false;
    /** 1: numbers are neither serialized nor compressed. */
    public int $packIgnoreNumbers = 0;
    /** A status reply of a script or a raw command is its text (`OK`) instead of true. */
    public bool $replyLiteral = false;
    /** A nil array reply is null instead of []. */
    public bool $nullArrayAsNull = false;
    /** A combination of the bits SCAN_RETRY and SCAN_PREFIX. */
    public int $scan = Constants::SCAN_NORETRY;
    /** Seconds; 0: the configured timeout. */
    public float $readTimeout = 0.0;
    /** @var array<int, int> stored for getOption() but without effect: the library manages connections */
    private array $connectionOptions = [
        Constants::OPT_TCP_KEEPALIVE => 0,
        Constants::OPT_MAX_RETRIES => 10,
        Constants::OPT_BACKOFF_ALGORITHM => Constants::BACKOFF_ALGORITHM_DEFAULT,
        Constants::OPT_BACKOFF_BASE => 0,
        Constants::OPT_BACKOFF_CAP => 0,
    ];

    /** @param (\Closure(string): string)|null $hashTag the tag of a key without its prefix, such as `{3}` */
    public function __construct(?\Closure $hashTag = null)
    {
        $this->hashTag = $hashTag;
        $this->hasPlainKeys = $this->allowsFastPath = $hashTag === null;
    }

    /** A key as it is sent. */
    public function key(string $key): string
    {
        return $this->hashTag === null ? $this->prefix . $key : $this->prefix . $key . ($this->hashTag)($key);
    }

    /** @return bool false: the option is unknown, or the value invalid */
    public function set(int $option, mixed $value): bool
    {
        switch ($option) {
            case Constants::OPT_PREFIX:
                $this->prefix = Request::toText($value);
                $this->hasPlainKeys = $this->prefix === '' && $this->hashTag === null;
                return true;
            case Constants::OPT_SERIALIZER:
                return $this->setEncodingOption(Serializer::isAvailable((int) $value), $this->serializer, (int) $value);
            case Constants::OPT_COMPRESSION:
                return $this->setEncodingOption(Compression::isAvailable((int) $value), $this->compression, (int) $value);
            case Constants::OPT_COMPRESSION_LEVEL:
                $this->compressionLevel = (int) $value;
                return true;
            case Constants::OPT_PACK_IGNORE_NUMBERS:
                $ignored = (int) ((int) $value !== 0);
                return $this->setEncodingOption(true, $this->packIgnoreNumbers, $ignored);
            case Constants::OPT_REPLY_LITERAL:
                $this->replyLiteral = (int) $value !== 0;
                return true;
            case Constants::OPT_NULL_MULTIBULK_AS_NULL:
                $this->nullArrayAsNull = (int) $value !== 0;
                return true;
            case Constants::OPT_FAILURE_AS_NULL:
                $this->failureAsNull = (bool) $value;
                $this->allowsFastPath = $this->hasPlainValues && !$this->failureAsNull && $this->hashTag === null;
                return true;
            case Constants::OPT_SCAN:
                return $this->setScanOption((int) $value);
            case Constants::OPT_READ_TIMEOUT:
                $this->readTimeout = (float) $value;
                return true;
            default:
                return $this->setConnectionOption($option, (int) $value);
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
            default => $this->connectionOptions[$option] ?? false,
        };
    }

    private function setEncodingOption(bool $isSupported, int &$option, int $value): bool
    {
        if ($isSupported) {
            $option = $value;
            $this->hasPlainValues = $this->serializer === Constants::SERIALIZER_NONE && $this->compression === Constants::COMPRESSION_NONE
                && $this->packIgnoreNumbers === 0;
            $this->allowsFastPath = $this->hasPlainValues && !$this->failureAsNull && $this->hashTag === null;
        }
        return $isSupported;
    }

    private function setScanOption(int $value): bool
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

    private function setConnectionOption(int $option, int $value): bool
    {
        $value = $option === Constants::OPT_TCP_KEEPALIVE ? (int) ($value > 0) : $value;
        $known = isset($this->connectionOptions[$option]) && $value >= 0;
        if (!$known || ($option === Constants::OPT_BACKOFF_ALGORITHM && $value > Constants::BACKOFF_ALGORITHM_CONSTANT)) {
            return false;
        }
        $this->connectionOptions[$option] = $value;
        return true;
    }
}
