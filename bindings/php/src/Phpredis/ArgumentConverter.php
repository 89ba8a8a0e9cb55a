<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Exception;
use RedisCluster\Request;
use RedisCluster\RequestException;

/**
 * Converts the arguments of a method call to the arguments of a command, with phpredis' checks and warnings.
 *
 * It remembers the method being called, for messages.
 *
 * @internal
 */
final class ArgumentConverter
{
    private string $method = '';

    public function __construct(private readonly Options $options, private readonly ValueCodec $codec)
    {
    }

    /**
     * @param array{list<string>, ParameterList|array{class-string, string}, string|array{class-string, string}} $entry from MethodTable::entry()
     * @param array<mixed> $arguments
     * @return ?Call null: there is nothing to send (no keys, no elements …), and the method returns false
     */
    public function buildCall(string $method, array $entry, array $arguments): ?Call
    {
        $this->method = $method;
        [$command, $parameters, $replyType] = $entry;
        if (\is_array($parameters)) {
            $call = new Call($command, $replyType);
            if ($parameters($call, $arguments, $this) === false) {
                return null;
            }
            $this->options->logsStrippedTag && StrippedTagNotice::log($this->options, $call->command[1] ?? null);
            return $call;
        }
        $count = \count($arguments);
        if ($count < $parameters->minimum || $count > $parameters->maximum || !\array_is_list($arguments)) {
            $this->requireCount($arguments, $parameters->repeatedType === '' ? $parameters->minimum : 1, $parameters->maximum);
            return null;
        }
        foreach ($arguments as $place => $argument) {
            switch ($parameters->types[$place] ?? $parameters->repeatedType) {
                case 'k':
                    $command[] = \is_string($argument) ? $this->options->key($argument) : $this->key($argument, $place);
                    break;
                case 'v':
                    $command[] = $this->options->hasPlainValues && \is_string($argument) ? $argument : $this->codec->pack($argument);
                    break;
                case 'i':
                    $command[] = \is_int($argument) ? $argument : $this->int($argument, $place);
                    break;
                case 's':
                    $command[] = \is_string($argument) ? $argument : $this->string($argument, $place);
                    break;
                case 'b':
                    $command[] = $this->bool($argument, $place) ? 1 : 0;
                    break;
                case 'f':
                    $command[] = $this->floatText($argument, $place);
                    break;
                case 'x':
                    if (!\is_array($argument) || $count !== 1) {
                        $command[] = $this->options->key(Request::toText($argument));
                        break;
                    }
                    // One array of keys: same as K.
                case 'K':
                    $keys = $this->nonEmptyArray($argument, $place) ?? $isEmpty = [];
                    // Client::run() takes the caller's array unchanged if nothing follows it.
                    $command[] = $count === 1 && $this->options->hasPlainKeys ? $keys : $this->keys($keys);
                    break;
                case 'V':
                    $command[] = $this->values($this->nonEmptyArray($argument, $place) ?? $isEmpty = []);
                    break;
                case 'M':
                    $pairs = $this->nonEmptyArray($argument, $place) ?? $isEmpty = [];
                    $command['pairs'] = $count === 1 && $this->canSendUnchanged($pairs) ? $pairs : $this->prefixKeys($this->values($pairs));
                    break;
                case 'H':
                    $command['pairs'] = $this->values($this->nonEmptyArray($argument, $place) ?? $isEmpty = []);
                    break;
                default:
                    throw new \LogicException("The parameter list $parameters->types has an unknown letter");
            }
        }
        $this->options->logsStrippedTag && StrippedTagNotice::log($this->options, $command[1] ?? \array_key_first($command['pairs'] ?? []));
        return isset($isEmpty) ? null : new Call($command, $replyType);
    }

    /**
     * Sets the method for the messages of the conversions that follow; with arguments, checks their number as well.
     *
     * @param ?array<mixed> $arguments
     */
    public function forMethod(string $method, ?array $arguments = null, int $minimum = 0, int $maximum = \PHP_INT_MAX): self
    {
        $this->method = $method;
        if ($arguments !== null) {
            $this->requireCount($arguments, $minimum, $maximum);
        }
        return $this;
    }

    /** @param array<mixed> $arguments */
    public function requireCount(array $arguments, int $minimum, int $maximum = \PHP_INT_MAX): void
    {
        if (!\array_is_list($arguments)) {
            throw new \Error("RedisCluster\RedisCluster::{$this->method}() does not take named arguments");
        }
        $given = \count($arguments);
        if ($given < $minimum || $given > $maximum) {
            $limit = $minimum === $maximum ? 'exactly' : ($given < $minimum ? 'at least' : 'at most');
            $number = $given < $minimum ? $minimum : $maximum;
            $plural = $number === 1 ? '' : 's';
            throw new \ArgumentCountError("RedisCluster\RedisCluster::{$this->method}() expects $limit $number argument$plural, $given given");
        }
    }

    public function key(mixed $argument, int $place): string
    {
        return $this->options->key($this->string($argument, $place));
    }

    /** A channel, or a pattern of keys or channels: it gets the prefix. */
    public function pattern(mixed $argument, int $place): string
    {
        return $this->options->prefix . $this->string($argument, $place);
    }

    /**
     * For arguments that may be keys, or patterns of keys, which the library places: a class with a rule of its own cannot use them.
     *
     * @throws RequestException
     */
    public function requirePlacementByTheLibrary(string $what): void
    {
        if ($this->options->hashTag !== null) {
            throw new RequestException("RedisCluster\RedisCluster::{$this->method}(): $what cannot be placed by the rule of this class", Exception::REQUEST);
        }
    }

    public function value(mixed $argument): string
    {
        return $this->options->hasPlainValues && \is_string($argument) ? $argument : $this->codec->pack($argument);
    }

    public function string(mixed $argument, int $place): string
    {
        return \is_string($argument) ? $argument : $this->coerce('string', $argument, $place, '');
    }

    public function int(mixed $argument, int $place): int
    {
        return \is_int($argument) ? $argument : $this->coerce('int', $argument, $place, 0);
    }

    public function bool(mixed $argument, int $place): bool
    {
        return \is_bool($argument) ? $argument : $this->coerce('bool', $argument, $place, false);
    }

    /** A number in Redis' notation; see Request::formatFloat(). */
    public function floatText(mixed $argument, int $place): string
    {
        return Request::formatFloat(\is_float($argument) ? $argument : $this->coerce('float', $argument, $place, 0.0));
    }

    /** @return array<mixed> */
    public function array(mixed $argument, int $place): array
    {
        return \is_array($argument) ? $argument : throw $this->typeError('array', $argument, $place);
    }

    /** @return ?array<mixed> null if it is empty */
    private function nonEmptyArray(mixed $argument, int $place): ?array
    {
        return $this->array($argument, $place) ?: null;
    }

    /**
     * @param array<mixed> $keys
     * @return array<string|int> a new array; see Request::fromArguments()
     */
    public function keys(array $keys): array
    {
        $options = $this->options;
        return $options->hasPlainKeys ? Request::toStrings($keys) : \array_map(static fn (mixed $key): string => $options->key(Request::toText($key)), $keys);
    }

    /**
     * @param array<mixed> $patterns channels or patterns
     * @return list<string>
     */
    public function patterns(array $patterns): array
    {
        $prefix = $this->options->prefix;
        return \array_map(static fn (mixed $pattern): string => $prefix . Request::toText($pattern), \array_values($patterns));
    }

    /**
     * Whether Client::run() takes the caller's pairs unchanged if nothing follows them.
     *
     * @param array<mixed> $pairs
     */
    private function canSendUnchanged(array $pairs): bool
    {
        if (!$this->options->hasPlainValues || !$this->options->hasPlainKeys) {
            return false;
        }
        foreach ($pairs as $value) {
            if (!\is_string($value) && !\is_int($value)) {
                return false;
            }
        }
        return true;
    }

    /**
     * @param array<mixed> $values
     * @return array<string> a new array; see Request::fromArguments()
     */
    public function values(array $values): array
    {
        $hasPlainValues = $this->options->hasPlainValues;
        $packed = [];
        foreach ($values as $place => $value) {
            $packed[$place] = $hasPlainValues && \is_string($value) ? $value : $this->codec->pack($value);
        }
        return $packed;
    }

    /**
     * @param array<string> $pairs
     * @return array<string>
     */
    public function prefixKeys(array $pairs): array
    {
        if ($this->options->hasPlainKeys) {
            return $pairs;
        }
        $prefixed = [];
        foreach ($pairs as $key => $value) {
            $prefixed[$this->options->key((string) $key)] = $value;
        }
        return $prefixed;
    }

    /** @return false, which the method then returns */
    public function refuse(string $message): bool
    {
        \trigger_error("RedisCluster\RedisCluster::{$this->method}(): $message", \E_USER_WARNING);
        return false;
    }

    public function typeError(string $type, mixed $argument, int $place): \TypeError
    {
        $number = $place + 1;
        $given = \get_debug_type($argument);
        return new \TypeError("RedisCluster\RedisCluster::{$this->method}(): Argument #$number must be of type $type, $given given");
    }

    /** Null is deprecated and means the empty value, as for a function of an extension. */
    private function coerce(string $type, mixed $argument, int $place, mixed $empty): mixed
    {
        if ($argument === null) {
            $number = $place + 1;
            $message = "RedisCluster\RedisCluster::{$this->method}(): Passing null to parameter #$number of type $type is deprecated";
            \trigger_error($message, \E_USER_DEPRECATED);
            return $empty;
        }
        try {
            return WeakTypes::$type($argument);
        } catch (\TypeError) {
            throw $this->typeError($type, $argument, $place);
        }
    }
}
