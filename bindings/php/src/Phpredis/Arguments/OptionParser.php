<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

/**
 * Reads arrays of options as phpredis does: a flag is an element, or flag => true; other options are name => value; in any letter case.
 *
 * @internal
 */
final class OptionParser
{
    /**
     * @param array<mixed> $options
     * @param list<string> $flags  options without a value, in upper case
     * @param list<string> $valued options with a value, in upper case
     * @return array<string, mixed> name in upper case => value, in the given order; unknown options are skipped, as in phpredis
     */
    public static function parse(array $options, array $flags, array $valued = []): array
    {
        $found = [];
        foreach ($options as $name => $value) {
            $word = \strtoupper(\is_string($name) ? $name : (\is_string($value) ? $value : ''));
            if (\in_array($word, $flags, true) && (\is_int($name) || $value)) {
                $found[$word] = true;
            } elseif (\is_string($name) && \in_array($word, $valued, true)) {
                $found[$word] = $value;
            }
        }
        return $found;
    }

    /**
     * The arguments of the option LIMIT.
     *
     * @param mixed $limit [offset, count]
     * @return array{}|array{string, int, int}
     */
    public static function limit(mixed $limit): array
    {
        if (!\is_array($limit) || \count($limit) !== 2) {
            return [];
        }
        [$offset, $count] = \array_values($limit);
        return ['LIMIT', \is_numeric($offset) ? (int) $offset : 0, \is_numeric($count) ? (int) $count : 0];
    }
}
