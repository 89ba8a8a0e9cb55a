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
    public const TABLE = [
        ...Methods\Strings::TABLE,
        ...Methods\Keys::TABLE,
        ...Methods\Hashes::TABLE,
        ...Methods\Lists::TABLE,
        ...Methods\Sets::TABLE,
        ...Methods\SortedSets::TABLE,
        ...Methods\Bits::TABLE,
        ...Methods\Geo::TABLE,
        ...Methods\Streams::TABLE,
        ...Methods\Vectors::TABLE,
        ...Methods\Scripts::TABLE,
        ...Methods\Servers::TABLE,
    ];
}
