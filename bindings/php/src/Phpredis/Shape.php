<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The arguments of a method, one letter each, in their order:
 *
 *     k  a key; gets the prefix                  K  an array of keys
 *     v  a value; is serialized and compressed   V  an array of values
 *     s  a string                                M  key => value
 *     i  an integer                              H  field => value
 *     f  a number                                x  a key; the only argument may be an array of them
 *     b  a boolean, sent as 1 or 0
 *
 *     |  what follows may be left out            +  the last one, once or more     *  or not at all
 *
 * An empty array, and nothing where + wants something, is nothing to send: the method answers false.
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
