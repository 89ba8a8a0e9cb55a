<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The arguments of a method, one letter each, in their order:
 *
 *     k  a key; gets the prefix                  K  an array of keys
 *     v  a value; is serialized and compressed   V  an array of values
 *     s  a string                                S  an array of strings
 *     i  an integer                              M  key => value
 *     f  a number                                H  field => value
 *     x  keys: one by one, or one array of them
 *
 *     |  what follows may be left out            +  the last one, once or more     *  or not at all
 *
 * @internal
 */
final class Shape
{
    public readonly string $letters;
    /** The letter of all further arguments. */
    public readonly string $rest;
    public readonly int $least;
    public readonly int $most;

    public function __construct(string $shape)
    {
        $end = \substr($shape, -1);
        $repeated = $end === '+' || $end === '*';
        $letters = \rtrim($shape, '+*');
        $this->rest = $repeated ? $letters[-1] : '';
        $letters = $end === '*' ? \substr($letters, 0, -1) : $letters;
        $optional = \strpos($letters, '|');
        $this->letters = \str_replace('|', '', $letters);
        $this->least = $optional === false ? \strlen($letters) : $optional;
        $this->most = $repeated ? \PHP_INT_MAX : \strlen($this->letters);
    }
}
