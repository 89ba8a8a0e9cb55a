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
    public string $prefix = '';
    public int $serializer = Constants::SERIALIZER_NONE;
    public int $compression = Constants::COMPRESSION_NONE;
    public int $compressionLevel = 0;
    /** OPT_REPLY_LITERAL takes STATUS_TRUE away: then a status is its text (`OK`) and not true. */
    public int $statusForm = Form::PHPREDIS;
    /** An array that is nil is null and not []. */
    public bool $nullArrayAsNull = false;
    /** Numbers are neither serialized nor compressed. */
    public bool $packIgnoreNumbers = false;
    /** Bits, as of SCAN_RETRY and SCAN_PREFIX. */
    public int $scan = 0;
    public float $readTimeout = 0.0;
    /** @var array<int, int> what is remembered for getOption(), and has no effect: the library keeps and re-makes connections itself */
    public array $connection = [
        Constants::OPT_TCP_KEEPALIVE => 0,
        Constants::OPT_MAX_RETRIES => 10,
        Constants::OPT_BACKOFF_ALGORITHM => 0,
        Constants::OPT_BACKOFF_BASE => 100,
        Constants::OPT_BACKOFF_CAP => 1000,
    ];
    /** No value is changed on its way: neither serializer nor compression. */
    public bool $plain = true;

    /** @return bool whether there is such an option, and it takes such a value */
    public function set(int $option, mixed $value): bool
    {
        switch ($option) {
            case Constants::OPT_PREFIX:
                $this->prefix = Coercion::string($value ?? '');
                return true;
            case Constants::OPT_REPLY_LITERAL:
                $this->statusForm = Coercion::int($value) !== 0 ? Form::NIL_FALSE : Form::PHPREDIS;
                return true;
            case Constants::OPT_NULL_MULTIBULK_AS_NULL:
                $this->nullArrayAsNull = Coercion::int($value) !== 0;
                return true;
            default:
                return false;
        }
    }

    public function get(int $option): mixed
    {
        return match ($option) {
            Constants::OPT_PREFIX => $this->prefix === '' ? null : $this->prefix,
            Constants::OPT_REPLY_LITERAL => (int) ($this->statusForm !== Form::PHPREDIS),
            Constants::OPT_NULL_MULTIBULK_AS_NULL => (int) $this->nullArrayAsNull,
            default => false,
        };
    }
}
