<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The parameters of a method, one letter each, in order:
 *
 *     k  a key; gets the prefix                  K  an array of keys
 *     v  a value; is serialized and compressed   V  an array of values
 *     s  a string                                M  key => value
 *     i  an integer                              H  field => value
 *     f  a number                                x  a key; the only argument may be an array of keys
 *     b  a boolean, sent as 1 or 0
 *
 *     |  the following ones are optional         +  the last one, once or more     *  the last one, any number of times
 *
 * If an array is empty, or an argument for + is missing, nothing is sent, and the method returns false.
 *
 * @internal
 */
final class ParameterList
{
    /** One letter per parameter, without the repeated one if it is marked *. */
    public readonly string $types;
    /** The letter of all further arguments; empty: none are allowed. */
    public readonly string $repeatedType;
    public readonly int $minimum;
    public readonly int $maximum;

    public function __construct(string $spec)
    {
        $end = \substr($spec, -1);
        $isRepeated = $end === '+' || $end === '*';
        $types = \rtrim($spec, '+*');
        $this->repeatedType = $isRepeated ? $types[-1] : '';
        $types = $end === '*' ? \substr($types, 0, -1) : $types;
        $optional = \strpos($types, '|');
        $this->types = \str_replace('|', '', $types);
        $this->minimum = $optional === false ? \strlen($types) : $optional;
        $this->maximum = $isRepeated ? \PHP_INT_MAX : \strlen($this->types);
    }
}
