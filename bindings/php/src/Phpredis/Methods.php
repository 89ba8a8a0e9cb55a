<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The table: what each method of phpredis sends, and what it makes of the reply.
 *
 *     name in lower case => [command, arguments, answer]
 *
 * The command is a word, or a list of words. The arguments are a string of letters (see Shape), or, where letters do not do,
 * a function [class, name] in Arguments/ that is given the Call to complete, the arguments and the Arguments object. The answer is
 * a name or a function: see Replies. A method that is no single command, or takes arguments by reference, is not here: it is
 * a real one, of RedisCluster's traits.
 *
 * @internal
 */
final class Methods
{
    /** The most used first: a request that calls methods of two families loads no more than these. */
    private const FAMILIES = [
        Methods\Strings::class,
        Methods\Keys::class,
        Methods\Hashes::class,
        Methods\Lists::class,
        Methods\Sets::class,
        Methods\SortedSets::class,
        Methods\Servers::class,
        Methods\Scripts::class,
        Methods\Streams::class,
        Methods\Bits::class,
        Methods\Channels::class,
        Methods\Geo::class,
        Methods\Vectors::class,
    ];

    /** @var array<string, array{list<string>, Shape|array{class-string, string}, string|array{class-string, string}}> */
    private static array $found = [];

    /**
     * What the table says of a method, in any letter case, its letters read; null where there is none.
     *
     * @return ?array{list<string>, Shape|array{class-string, string}, string|array{class-string, string}}
     */
    public static function entry(string $name): ?array
    {
        return self::$found[$name] ?? self::search($name);
    }

    /** @return array<string, array{string|list<string>, string|array{class-string, string}, string|array{class-string, string}}> */
    public static function all(): array
    {
        return \array_merge(...\array_map(static fn (string $family): array => $family::TABLE, self::FAMILIES));
    }

    /** @return ?array{list<string>, Shape|array{class-string, string}, string|array{class-string, string}} */
    private static function search(string $name): ?array
    {
        $lower = \strtolower($name);
        foreach (self::FAMILIES as $family) {
            if (isset($family::TABLE[$lower])) {
                [$words, $arguments, $reply] = $family::TABLE[$lower];
                return self::$found[$name] = [(array) $words, \is_string($arguments) ? new Shape($arguments) : $arguments, $reply];
            }
        }
        return null;
    }
}
