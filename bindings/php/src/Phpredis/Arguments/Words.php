<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

/**
 * Options as phpredis takes them: flags stand in an array by themselves or as flag => true, others as name => value, in any case.
 *
 * @internal
 */
final class Words
{
    /**
     * @param array<mixed> $options
     * @param list<string> $flags  those that stand for themselves
     * @param list<string> $valued those with a value
     * @return array<string, mixed> in upper case, in their order; what is not known is left out, as phpredis does
     */
    public static function of(array $options, array $flags, array $valued = []): array
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
     * [offset, count] of an option LIMIT.
     *
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
