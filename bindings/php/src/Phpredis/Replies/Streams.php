<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Replies;

use RedisCluster\Phpredis\ReplyConverter;

/** @internal streams, their entries and groups */
final class Streams
{
    /**
     * id => [field => value]; null for a deleted entry.
     *
     * @return array<string, ?array<mixed>>
     */
    public static function entries(mixed $reply, mixed $context, ReplyConverter $convert): array
    {
        $entries = [];
        foreach (\is_array($reply) ? $reply : [] as $entry) {
            // Redis before 7.0 replies to XCLAIM with nil for a deleted entry.
            if (\is_array($entry)) {
                $entries[$entry[0]] = \is_array($entry[1]) ? $convert->unpackAll(FieldMap::fromList($entry[1])) : null;
            }
        }
        return $entries;
    }

    /**
     * stream => its entries. The prefix is not removed from the stream's key.
     *
     * @return ?array<string, array<string, ?array<mixed>>>
     */
    public static function streams(mixed $reply, mixed $context, ReplyConverter $convert): ?array
    {
        if (!\is_array($reply)) {
            return $convert->nilArray();
        }
        $streams = [];
        foreach ($reply as [$stream, $entries]) {
            $streams[$stream] = self::entries($entries, null, $convert);
        }
        return $streams;
    }

    /**
     * [next start, entries or their ids, ids of deleted entries].
     *
     * @param list<mixed> $reply
     * @return list<mixed>
     */
    public static function autoClaimed(array $reply, bool $justIds, ReplyConverter $convert): array
    {
        return $justIds ? $reply : \array_replace($reply, [1 => self::entries($reply[1], null, $convert)]);
    }

    /** true for a status, regardless of OPT_REPLY_LITERAL; a number; or the help text. */
    public static function group(mixed $reply, mixed $context, ReplyConverter $convert): mixed
    {
        return $reply === 'OK' ? true : $reply;
    }

    /**
     * A list of entries for a range; [number, first id, last id, [[consumer, number], …]] without a range.
     *
     * @param list<mixed> $reply
     * @return list<mixed>
     */
    public static function pending(array $reply, bool $isRange, ReplyConverter $convert): array
    {
        return $isRange || \is_array($reply[3]) ? $reply : \array_replace($reply, [3 => $convert->nilArray()]);
    }

    /**
     * The reply of XINFO as name => value. Values of entries are not unserialized.
     *
     * @param list<mixed> $reply
     * @return array<mixed>
     */
    public static function info(array $reply, string $topic, ReplyConverter $convert): array
    {
        return match ($topic) {
            'STREAM' => self::streamInfo($reply),
            'GROUPS', 'CONSUMERS' => self::fieldsOfEach($reply),
            default => $reply,
        };
    }

    /**
     * @param list<mixed> $reply
     * @return array<string, mixed>
     */
    private static function streamInfo(array $reply): array
    {
        $stream = self::fields($reply);
        foreach (['first-entry', 'last-entry'] as $name) {
            if (isset($stream[$name])) {
                $stream[$name] = self::rawEntries([$stream[$name]]);
            }
        }
        if (isset($stream['entries'])) {
            // The option FULL: entries, and groups with their consumers.
            $stream['entries'] = self::rawEntries($stream['entries']);
            $stream['groups'] = self::fieldsOfEach($stream['groups']);
            foreach ($stream['groups'] as $place => $group) {
                $stream['groups'][$place]['consumers'] = self::fieldsOfEach($group['consumers']);
            }
        }
        return $stream;
    }

    /**
     * @param list<list<mixed>> $entries
     * @return array<string, array<string>>
     */
    private static function rawEntries(array $entries): array
    {
        return \array_map(FieldMap::fromList(...), \array_column($entries, 1, 0));
    }

    /**
     * @param list<list<mixed>> $list
     * @return list<array<string, mixed>>
     */
    private static function fieldsOfEach(array $list): array
    {
        return \array_map(self::fields(...), $list);
    }

    /**
     * name => value. Nil is null here, as in phpredis.
     *
     * @param list<mixed> $list
     * @return array<string, mixed>
     */
    private static function fields(array $list): array
    {
        return \array_map(static fn (mixed $value): mixed => $value === false ? null : $value, FieldMap::fromList($list));
    }
}
