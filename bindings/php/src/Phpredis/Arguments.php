<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Request;

/**
 * Makes commands of the arguments that methods were called with, by the shape that the table gives.
 *
 * @internal
 */
final class Arguments
{
    /** The method being called, for messages. */
    private string $method = '';

    public function __construct(private readonly Options $options, private readonly Packer $packer)
    {
    }

    /**
     * @param array{list<string>, Shape|array{class-string, string}, string|array{class-string, string}} $entry as Methods::entry() gives it
     * @param array<mixed> $arguments
     * @return ?Call null: there is nothing to send (no keys, no elements …), and the answer is false
     */
    public function call(string $method, array $entry, array $arguments): ?Call
    {
        $this->method = $method;
        [$command, $shape, $reply] = $entry;
        if (\is_array($shape)) {
            $call = new Call($command, $reply);
            return $shape($call, $arguments, $this) === false ? null : $call;
        }
        $count = \count($arguments);
        if ($count < $shape->least || $count > $shape->most || !\array_is_list($arguments)) {
            $this->counted($arguments, $shape->rest === '' ? $shape->least : 1, $shape->most);
            return null;
        }
        foreach ($arguments as $place => $argument) {
            switch ($shape->letters[$place] ?? $shape->rest) {
                case 'k':
                    $command[] = \is_string($argument) ? $this->options->prefix . $argument : $this->key($argument, $place);
                    break;
                case 'v':
                    $command[] = $this->options->plain && \is_string($argument) ? $argument : $this->packer->pack($argument);
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
                    $command[] = $this->number($argument, $place);
                    break;
                case 'x':
                    if (!\is_array($argument) || $count !== 1) {
                        $command[] = $this->options->prefix . Request::text($argument);
                        break;
                    }
                    // One array of keys is no different from keys one by one.
                case 'K':
                    $keys = $this->filled($argument, $place) ?? $empty = [];
                    // Client::run() takes them as they are, if nothing else goes with them.
                    $command[] = $count === 1 && $this->options->prefix === '' ? $keys : $this->keys($keys);
                    break;
                case 'V':
                    $command[] = $this->values($this->filled($argument, $place) ?? $empty = []);
                    break;
                case 'M':
                    $pairs = $this->filled($argument, $place) ?? $empty = [];
                    $command['pairs'] = $count === 1 && $this->areReady($pairs) ? $pairs : $this->prefixed($this->values($pairs));
                    break;
                case 'H':
                    $command['pairs'] = $this->values($this->filled($argument, $place) ?? $empty = []);
                    break;
                default:
                    throw new \LogicException("The shape $shape->letters has a letter that nobody knows");
            }
        }
        return isset($empty) ? null : new Call($command, $reply);
    }

    /** For methods that are not in the table. */
    public function named(string $method): self
    {
        $this->method = $method;
        return $this;
    }

    /**
     * For methods that are real ones: their number of arguments must be right.
     *
     * @param array<mixed> $arguments
     */
    public function of(string $method, array $arguments, int $least, int $most = \PHP_INT_MAX): self
    {
        $this->method = $method;
        $this->counted($arguments, $least, $most);
        return $this;
    }

    /**
     * For shapes that are functions: the number of arguments must be right.
     *
     * @param array<mixed> $arguments
     */
    public function counted(array $arguments, int $least, int $most = \PHP_INT_MAX): void
    {
        if (!\array_is_list($arguments)) {
            throw new \Error("RedisCluster::{$this->method}() does not take named arguments");
        }
        $given = \count($arguments);
        if ($given < $least || $given > $most) {
            $limit = $least === $most ? 'exactly' : ($given < $least ? 'at least' : 'at most');
            $number = $given < $least ? $least : $most;
            $plural = $number === 1 ? '' : 's';
            throw new \ArgumentCountError("RedisCluster::{$this->method}() expects $limit $number argument$plural, $given given");
        }
    }

    public function key(mixed $argument, int $place): string
    {
        return $this->options->prefix . $this->string($argument, $place);
    }

    public function value(mixed $argument): string
    {
        return $this->options->plain && \is_string($argument) ? $argument : $this->packer->pack($argument);
    }

    public function string(mixed $argument, int $place): string
    {
        return \is_string($argument) ? $argument : $this->coerced('string', $argument, $place, '');
    }

    public function int(mixed $argument, int $place): int
    {
        return \is_int($argument) ? $argument : $this->coerced('int', $argument, $place, 0);
    }

    public function bool(mixed $argument, int $place): bool
    {
        return \is_bool($argument) ? $argument : $this->coerced('bool', $argument, $place, false);
    }

    /** A number as Redis reads it: the shortest text that reads back as the same. */
    public function number(mixed $argument, int $place): string
    {
        return self::float(\is_float($argument) ? $argument : $this->coerced('float', $argument, $place, 0.0));
    }

    /** @return array<mixed> */
    public function array(mixed $argument, int $place): array
    {
        return \is_array($argument) ? $argument : throw $this->unfit('array', $argument, $place);
    }

    /** @return ?array<mixed> null where it is empty */
    private function filled(mixed $argument, int $place): ?array
    {
        return $this->array($argument, $place) ?: null;
    }

    /**
     * @param array<mixed> $keys
     * @return array<string|int>
     */
    public function keys(array $keys): array
    {
        $prefix = $this->options->prefix;
        return $prefix === '' ? Request::strings($keys) : \array_map(static fn (mixed $key): string => $prefix . Request::text($key), $keys);
    }

    /**
     * Whether Client::run() takes pairs as they are, if nothing else goes with them.
     *
     * @param array<mixed> $pairs
     */
    private function areReady(array $pairs): bool
    {
        if (!$this->options->plain || $this->options->prefix !== '') {
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
     * As a new array, like Request::strings().
     *
     * @param array<mixed> $values
     * @return array<string>
     */
    public function values(array $values): array
    {
        $plain = $this->options->plain;
        $sent = [];
        foreach ($values as $place => $value) {
            $sent[$place] = $plain && \is_string($value) ? $value : $this->packer->pack($value);
        }
        return $sent;
    }

    /**
     * @param array<string> $pairs
     * @return array<string>
     */
    public function prefixed(array $pairs): array
    {
        if ($this->options->prefix === '') {
            return $pairs;
        }
        $prefixed = [];
        foreach ($pairs as $key => $value) {
            $prefixed[$this->options->prefix . $key] = $value;
        }
        return $prefixed;
    }

    public static function float(float $number): string
    {
        return \is_finite($number) ? \json_encode($number) : \strtolower((string) $number);
    }

    /** @return false which is the answer where something is refused in this way */
    public function refuse(string $message): bool
    {
        \trigger_error("RedisCluster::{$this->method}(): $message", \E_USER_WARNING);
        return false;
    }

    public function unfit(string $type, mixed $argument, int $place): \TypeError
    {
        $number = $place + 1;
        $given = \get_debug_type($argument);
        return new \TypeError("RedisCluster::{$this->method}(): Argument #$number must be of type $type, $given given");
    }

    /** As for a function of an extension, null is deprecated, and taken for nothing. */
    private function coerced(string $type, mixed $argument, int $place, mixed $empty): mixed
    {
        if ($argument === null) {
            $number = $place + 1;
            $message = "RedisCluster::{$this->method}(): Passing null to parameter #$number of type $type is deprecated";
            \trigger_error($message, \E_USER_DEPRECATED);
            return $empty;
        }
        try {
            return Coercion::$type($argument);
        } catch (\TypeError) {
            throw $this->unfit($type, $argument, $place);
        }
    }
}
