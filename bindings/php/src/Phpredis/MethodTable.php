<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The methods of phpredis that are one command: what each sends, and how its reply is converted.
 *
 *     name in lower case => [command, parameters, reply type, signature]
 *
 * The command is a word, or a list of words. The parameters are a string of letters (see ParameterList), or a function [class, name]
 * in Arguments/, which receives the Call to complete, the arguments and an ArgumentConverter. The reply type is a name, or a function
 * in Replies/ (see ReplyConverter). The signature is that of phpredis 6: CommandMethods is
 * generated from it.
 *
 * Other methods (those that send several commands, or take arguments by reference) are declared in RedisCluster.
 *
 * @internal
 */
final class MethodTable
{
    /** The most frequently used first: a class is loaded only when the ones before it do not have the method. */
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

    /** @var array<string, array{list<string>, ParameterList|array{class-string, string}, string|array{class-string, string}}> */
    private static array $entries = [];

    /**
     * The entry of a method, in any letter case; null if there is none.
     *
     * @return ?array{list<string>, ParameterList|array{class-string, string}, string|array{class-string, string}}
     */
    public static function entry(string $name): ?array
    {
        return self::$entries[$name] ?? self::search($name);
    }

    /** @return list<class-string> classes with a constant TABLE */
    public static function families(): array
    {
        return self::FAMILIES;
    }

    /** @return array<string, array{string|list<string>, string|array{class-string, string}, string|array{class-string, string}, string}> */
    public static function all(): array
    {
        return \array_merge(...\array_map(static fn (string $family): array => $family::TABLE, self::FAMILIES));
    }

    /** @return ?array{list<string>, ParameterList|array{class-string, string}, string|array{class-string, string}} */
    private static function search(string $name): ?array
    {
        $lower = \strtolower($name);
        foreach (self::FAMILIES as $family) {
            if (isset($family::TABLE[$lower])) {
                [$words, $parameters, $replyType] = $family::TABLE[$lower];
                return self::$entries[$name] = [(array) $words, \is_string($parameters) ? new ParameterList($parameters) : $parameters, $replyType];
            }
        }
        return null;
    }
}
