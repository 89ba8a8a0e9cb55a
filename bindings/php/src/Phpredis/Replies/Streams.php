<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\Replies;

/** @internal streams and their entries */
final class Streams
{
    /**
     * id => [field => value]; null for an entry that is deleted.
     *
     * @return array<string, ?array<mixed>>
     */
    public static function entries(mixed $reply, mixed $context, Replies $as): array
    {
        $entries = [];
        foreach (\is_array($reply) ? $reply : [] as $entry) {
            // A server before 7.0 answers XCLAIM with nil for what is deleted.
            if (\is_array($entry)) {
                $entries[$entry[0]] = \is_array($entry[1]) ? $as->unpacked(self::pairs($entry[1])) : null;
            }
        }
        return $entries;
    }

    /**
     * stream => its entries. The prefix stays.
     *
     * @return ?array<string, array<string, ?array<mixed>>>
     */
    public static function streams(mixed $reply, mixed $context, Replies $as): ?array
    {
        if (!\is_array($reply)) {
            return $as->nothing();
        }
        $streams = [];
        foreach ($reply as [$stream, $entries]) {
            $streams[$stream] = self::entries($entries, null, $as);
        }
        return $streams;
    }

    /**
     * [where to go on, entries or their ids, ids of deleted entries].
     *
     * @param list<mixed> $reply
     * @return list<mixed>
     */
    public static function autoClaimed(array $reply, bool $justIds, Replies $as): array
    {
        return $justIds ? $reply : \array_replace($reply, [1 => self::entries($reply[1], null, $as)]);
    }

    /** true for a status, in whatever way other methods are to answer them; a number; or the help. */
    public static function group(mixed $reply, mixed $context, Replies $as): mixed
    {
        return $reply === 'OK' ? true : $reply;
    }

    /**
     * A list of entries for a range, [number, first id, last id, [[consumer, number], …]] without.
     *
     * @param list<mixed> $reply
     * @return list<mixed>
     */
    public static function pending(array $reply, bool $isRange, Replies $as): array
    {
        return $isRange || \is_array($reply[3]) ? $reply : \array_replace($reply, [3 => $as->nothing()]);
    }

    /**
     * What XINFO tells, as name => value. Values of entries are as they are stored.
     *
     * @param list<mixed> $reply
     * @return array<mixed>
     */
    public static function info(array $reply, string $topic, Replies $as): array
    {
        return match ($topic) {
            'STREAM' => self::stream($reply),
            'GROUPS', 'CONSUMERS' => self::named($reply),
            default => $reply,
        };
    }

    /**
     * @param list<mixed> $reply
     * @return array<string, mixed>
     */
    private static function stream(array $reply): array
    {
        $stream = self::told($reply);
        foreach (['first-entry', 'last-entry'] as $name) {
            if (isset($stream[$name])) {
                $stream[$name] = self::raw([$stream[$name]]);
            }
        }
        if (isset($stream['entries'])) {
            // This is FULL: entries, and groups with their consumers.
            $stream['entries'] = self::raw($stream['entries']);
            $stream['groups'] = self::named($stream['groups']);
            foreach ($stream['groups'] as $place => $group) {
                $stream['groups'][$place]['consumers'] = self::named($group['consumers']);
            }
        }
        return $stream;
    }

    /**
     * @param list<list<mixed>> $entries
     * @return array<string, array<string>>
     */
    private static function raw(array $entries): array
    {
        return \array_map(self::pairs(...), \array_column($entries, 1, 0));
    }

    /**
     * @param list<list<mixed>> $list
     * @return list<array<string, mixed>>
     */
    private static function named(array $list): array
    {
        return \array_map(self::told(...), $list);
    }

    /**
     * Names and values in turn. Nothing is null here, as in phpredis.
     *
     * @param list<mixed> $list
     * @return array<string, mixed>
     */
    private static function told(array $list): array
    {
        return \array_map(static fn (mixed $value): mixed => $value === false ? null : $value, self::pairs($list));
    }

    /**
     * @param list<mixed> $list
     * @return array<mixed>
     */
    private static function pairs(array $list): array
    {
        $pairs = [];
        for ($i = 1, $end = \count($list); $i < $end; $i += 2) {
            $pairs[$list[$i - 1]] = $list[$i];
        }
        return $pairs;
    }
}
