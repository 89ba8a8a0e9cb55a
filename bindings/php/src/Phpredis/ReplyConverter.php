<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\ReplyFormat;
use RedisCluster\Request;
use RedisCluster\ServerException;

/**
 * Converts replies to phpredis' return values.
 *
 * The reply type in the method table is a name that convert() knows, or a function: [class, name] or a closure. It receives the reply in
 * the format NIL_FALSE, the reply context of the call, and this object. It never receives an error.
 *
 * @internal
 */
final class ReplyConverter
{
    /** The format that Client::run() returns for a reply type, if it is not NIL_FALSE. */
    private const FORMATS = [
        'any' => ReplyFormat::PHPREDIS,
        'bool' => ReplyFormat::PHPREDIS,
        'status' => ReplyFormat::PHPREDIS,
        'map' => ReplyFormat::NIL_FALSE | ReplyFormat::PAIRS,
        'valueMap' => ReplyFormat::NIL_FALSE | ReplyFormat::PAIRS,
        'scores' => ReplyFormat::NIL_FALSE | ReplyFormat::PAIRS,
    ];

    private const KEY_TYPES = [
        'string' => Constants::REDIS_STRING,
        'set' => Constants::REDIS_SET,
        'list' => Constants::REDIS_LIST,
        'zset' => Constants::REDIS_ZSET,
        'hash' => Constants::REDIS_HASH,
        'stream' => Constants::REDIS_STREAM,
    ];

    /** Reply types that are arrays. phpredis returns false for every error in place of one, also for those that it throws elsewhere. */
    private const ARRAYS = ['list' => true, 'map' => true, 'values' => true, 'valueMap' => true, 'scores' => true];
    private const ARRAY_FUNCTIONS = [
        [Replies\PoppedElements::class, 'one'],
        [Replies\PoppedElements::class, 'values'],
        [Replies\PoppedElements::class, 'scores'],
        [Replies\RequestedFields::class, 'values'],
        [Replies\Streams::class, 'entries'],
        [Replies\Streams::class, 'streams'],
        [Replies\Streams::class, 'info'],
    ];

    /** Reply types of methods that return one scalar. */
    private const SCALARS = ['int' => true, 'bool' => true, 'status' => true];

    /** Other errors are thrown (LOADING, OOM, READONLY, NOAUTH …), as in phpredis. */
    private const ERRORS_RETURNED_AS_FALSE = '/^(ERR(?! AUTH)|NOSCRIPT|NOQUORUM|NOGOODSLAVE|WRONGTYPE|BUSYGROUP|NOGROUP)/';

    /** The value of getLastError(). */
    public ?string $lastError = null;

    public function __construct(public readonly Options $options, public readonly ValueCodec $codec)
    {
    }

    /** The format in which convert() needs the reply: a combination of ReplyFormat's constants. */
    public function format(Call $call): int
    {
        $type = $call->replyType;
        return $type === 'any' && $this->options->replyLiteral ? ReplyFormat::NIL_FALSE : self::queuedFormat($call);
    }

    /** format() for a call in a pipeline or transaction, where OPT_REPLY_LITERAL has no effect, as in phpredis. */
    public static function queuedFormat(Call $call): int
    {
        return \is_string($call->replyType) ? self::FORMATS[$call->replyType] ?? ReplyFormat::NIL_FALSE : ReplyFormat::NIL_FALSE;
    }

    public function convert(Call $call, mixed $reply): mixed
    {
        if ($reply instanceof ServerException) {
            return $this->serverError($reply, $call->replyType);
        }
        $type = $call->replyType;
        if (!\is_string($type)) {
            return $type($reply, $call->replyContext, $this);
        }
        if (isset(self::SCALARS[$type]) && \is_array($reply)) {
            return $this->firstFailure($reply);
        }
        switch ($type) {
            case 'value':
                return $this->options->hasPlainValues || !\is_string($reply) ? $reply : $this->codec->unpack($reply);
            case 'int':
            case 'string':
            case 'status':
                return $reply;
            case 'intOrNil':
                return $reply === false && $this->options->nullArrayAsNull ? null : $reply;
            case 'bool':
                return $reply === 1 || $reply === true;
            case 'float':
                return \is_string($reply) ? self::toFloat($reply) : $reply;
            case 'floats':
                return \is_array($reply) ? $this->floats($reply) : $this->nilArray();
            case 'type':
                return self::KEY_TYPES[$reply] ?? Constants::REDIS_NOT_FOUND;
            case 'list':
            case 'map':
                return $reply === false ? $this->nilArray() : $reply;
            case 'values':
            case 'valueMap':
                return \is_array($reply) ? $this->unpackAll($reply) : $this->nilArray();
            case 'scores':
                return \is_array($reply) ? $this->scores($reply) : $this->nilArray();
            case 'any':
                return \is_array($reply) ? $this->replaceErrors($reply) : $reply;
            default:
                throw new \LogicException("The reply type $type is unknown");
        }
    }

    /**
     * With the option `partial`, the reply of a command that failed for some of its keys is a list of results. A method that returns one
     * number fails as a whole: with the first failure.
     *
     * @param array<mixed> $results
     */
    private function firstFailure(array $results): mixed
    {
        foreach ($results as $result) {
            if ($result instanceof Exception) {
                return match (true) {
                    $result instanceof ServerException => $this->serverError($result),
                    $result instanceof ConnectionException => $this->connectionFailure($result),
                    default => throw $result,
                };
            }
        }
        return $results;
    }

    /** Stores the error for getLastError(), and returns false or throws it: for a reply that is an array, it is false. */
    public function serverError(ServerException $error, mixed $replyType = null): bool
    {
        $this->lastError = $error->getMessage();
        $isArray = \is_string($replyType) ? isset(self::ARRAYS[$replyType]) : \in_array($replyType, self::ARRAY_FUNCTIONS, true);
        return $isArray || \preg_match(self::ERRORS_RETURNED_AS_FALSE, $this->lastError) === 1 ? false : throw $error;
    }

    /** Throws the failure, or logs it and returns null, as OPT_FAILURE_AS_NULL says. */
    public function connectionFailure(ConnectionException $failure): mixed
    {
        if (!$this->options->failureAsNull) {
            throw $failure;
        }
        $this->logFailure($failure);
        return null;
    }

    public function logFailure(ConnectionException $failure): void
    {
        $this->lastError = $failure->getMessage();
        \error_log("RedisCluster: $this->lastError");
    }

    /** The value of a nil array. */
    public function nilArray(): ?array
    {
        return $this->options->nullArrayAsNull ? null : [];
    }

    /**
     * @param array<mixed> $values
     * @return array<mixed>
     */
    public function unpackAll(array $values): array
    {
        if (!$this->options->hasPlainValues) {
            foreach ($values as $place => $value) {
                if (\is_string($value)) {
                    $values[$place] = $this->codec->unpack($value);
                }
            }
        }
        return $values;
    }

    /**
     * @param array<string> $scores member => score
     * @return array<float>
     */
    public function scores(array $scores): array
    {
        $unpacked = [];
        foreach ($scores as $member => $score) {
            $member = $this->options->hasPlainValues ? $member : $this->codec->unpack((string) $member);
            $unpacked[\is_int($member) ? $member : Request::toText($member)] = self::toFloat((string) $score);
        }
        return $unpacked;
    }

    /** Redis writes infinity as `inf`, which a cast would convert to 0. */
    private static function toFloat(string $number): float
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
            $numbers[$place] = \is_string($number) ? self::toFloat($number) : $number;
        }
        return $numbers;
    }

    /**
     * Errors inside the reply of EVAL and similar commands are false.
     *
     * @param array<mixed> $values
     * @return array<mixed>
     */
    private function replaceErrors(array $values): array
    {
        foreach ($values as $place => $value) {
            if (\is_array($value)) {
                $values[$place] = $this->replaceErrors($value);
            } elseif ($value instanceof ServerException) {
                $values[$place] = $this->serverError($value);
            }
        }
        return $values;
    }
}
