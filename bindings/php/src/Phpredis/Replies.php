<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Form;
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

    /** Errors that begin otherwise are thrown (LOADING, OOM, READONLY, NOAUTH …), as phpredis does. */
    private const ANSWERED_FALSE = '/^(ERR(?! AUTH)|NOSCRIPT|NOQUORUM|NOGOODSLAVE|WRONGTYPE|BUSYGROUP|NOGROUP)/';

    public ?string $lastError = null;

    public function __construct(public readonly Options $options, public readonly Packer $packer)
    {
    }

    public function form(Call $call): int
    {
        $form = \is_string($call->reply) ? self::FORMS[$call->reply] ?? Form::NIL_FALSE : Form::NIL_FALSE;
        return $call->reply === 'any' ? $this->options->statusForm : $form;
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
                return \is_string($reply) ? (float) $reply : $reply;
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
            $unpacked[\is_scalar($member) ? $member : Arguments::text($member)] = (float) $score;
        }
        return $unpacked;
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
