<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Form;
use RedisCluster\Request;
use RedisCluster\ServerException;

/**
 * Makes phpredis' answers of replies, by the shape that the table gives: a name below, or a function [class, name] that is
 * given the reply (in form NIL_FALSE), the context of the call and this object. Errors never reach a function.
 *
 * @internal
 */
final class Replies
{
    /** The form that shapes want of Client::run(), where it is not NIL_FALSE. */
    private const FORMS = [
        'any' => Form::PHPREDIS,
        'bool' => Form::PHPREDIS,
        'status' => Form::PHPREDIS,
        'map' => Form::NIL_FALSE | Form::PAIRS,
        'valueMap' => Form::NIL_FALSE | Form::PAIRS,
        'scores' => Form::NIL_FALSE | Form::PAIRS,
    ];

    private const TYPES = [
        'string' => Constants::REDIS_STRING,
        'set' => Constants::REDIS_SET,
        'list' => Constants::REDIS_LIST,
        'zset' => Constants::REDIS_ZSET,
        'hash' => Constants::REDIS_HASH,
        'stream' => Constants::REDIS_STREAM,
    ];

    /** Errors that begin otherwise are thrown (LOADING, OOM, READONLY, NOAUTH …), as phpredis does. */
    private const ANSWERED_FALSE = '/^(ERR(?! AUTH)|NOSCRIPT|NOQUORUM|NOGOODSLAVE|WRONGTYPE|BUSYGROUP|NOGROUP)/';

    public ?string $lastError = null;

    public function __construct(public readonly Options $options, public readonly Packer $packer)
    {
    }

    public function form(Call $call): int
    {
        $shape = $call->reply;
        if (\is_array($shape) || ($shape === 'any' && $this->options->replyLiteral)) {
            return Form::NIL_FALSE;
        }
        return self::FORMS[$shape] ?? Form::NIL_FALSE;
    }

    public function value(Call $call, mixed $reply): mixed
    {
        if ($reply instanceof ServerException) {
            return $this->error($reply);
        }
        $shape = $call->reply;
        if (\is_array($shape)) {
            return $shape($reply, $call->context, $this);
        }
        switch ($shape) {
            case 'value':
                return $this->options->plain || !\is_string($reply) ? $reply : $this->packer->unpack($reply);
            case 'int':
            case 'string':
                return $reply;
            case 'status':
                return $reply;
            case 'bool':
                return $reply === 1 || $reply === true;
            case 'float':
                return \is_string($reply) ? self::float($reply) : $reply;
            case 'floats':
                return \is_array($reply) ? $this->floats($reply) : $this->nothing();
            case 'type':
                return self::TYPES[$reply] ?? Constants::REDIS_NOT_FOUND;
            case 'list':
            case 'map':
                return $reply === false ? $this->nothing() : $reply;
            case 'values':
            case 'valueMap':
                return \is_array($reply) ? $this->unpacked($reply) : $this->nothing();
            case 'scores':
                return \is_array($reply) ? $this->scores($reply) : $this->nothing();
            case 'any':
                return \is_array($reply) ? $this->nested($reply) : $reply;
            default:
                throw new \LogicException("The reply shape $shape is not known");
        }
    }

    /** false, for an error that is kept for getLastError(); or it is thrown. */
    public function error(ServerException $error): bool
    {
        $this->lastError = $error->getMessage();
        return \preg_match(self::ANSWERED_FALSE, $this->lastError) === 1 ? false : throw $error;
    }

    /** The answer for an array that is nil. */
    public function nothing(): ?array
    {
        return $this->options->nullArrayAsNull ? null : [];
    }

    /**
     * @param array<mixed> $values
     * @return array<mixed>
     */
    public function unpacked(array $values): array
    {
        if (!$this->options->plain) {
            foreach ($values as $place => $value) {
                if (\is_string($value)) {
                    $values[$place] = $this->packer->unpack($value);
                }
            }
        }
        return $values;
    }

    /**
     * Member => score.
     *
     * @param array<string> $scores
     * @return array<float>
     */
    public function scores(array $scores): array
    {
        $unpacked = [];
        foreach ($scores as $member => $score) {
            $member = $this->options->plain ? $member : $this->packer->unpack((string) $member);
            $unpacked[\is_int($member) ? $member : Request::text($member)] = self::float((string) $score);
        }
        return $unpacked;
    }

    /** Redis writes the infinite as `inf`, of which a cast would make 0. */
    public static function float(string $number): float
    {
        return match ($number) {
            'inf' => \INF,
            '-inf' => -\INF,
            'nan', '-nan' => \NAN,
            default => (float) $number,
        };
    }

    /**
     * @param list<string|false> $numbers
     * @return list<float|false>
     */
    private function floats(array $numbers): array
    {
        foreach ($numbers as $place => $number) {
            $numbers[$place] = \is_string($number) ? self::float($number) : $number;
        }
        return $numbers;
    }

    /**
     * Errors inside an answer of EVAL and its like are false.
     *
     * @param array<mixed> $values
     * @return array<mixed>
     */
    private function nested(array $values): array
    {
        foreach ($values as $place => $value) {
            if (\is_array($value)) {
                $values[$place] = $this->nested($value);
            } elseif ($value instanceof ServerException) {
                $values[$place] = $this->error($value);
            }
        }
        return $values;
    }
}
