<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\ReplyFormat;
use RedisCluster\ServerException;

/**
 * SCAN, HSCAN, SSCAN and ZSCAN.
 *
 * The iterator is null at the start and 0 at the end; a call with 0 returns false. In between it is an int, or a string of digits if
 * the cursors of several servers make a number that does not fit an int. After an exception, a scan continues where it was.
 *
 * @internal
 */
final class Scans
{
    public function __construct(
        private readonly ConnectionState $state,
        private readonly Options $options,
        private readonly ReplyConverter $replies,
    ) {
    }

    /** @return list<string>|false|null the keys of all nodes, with their prefix */
    public function keys(mixed &$iterator, ?string $pattern, ?int $count, ?string $type): array|false|null
    {
        $options = $type === null ? [] : ['TYPE', $type];
        if (($pattern ?? '') === '' && $this->options->scan & Constants::SCAN_PREFIX && $this->options->prefix !== '') {
            $pattern = '*';
        }
        return $this->nextPage(['SCAN'], $iterator, $pattern, $count, static fn (array $keys): array => $keys, $options);
    }

    /** @return array<mixed>|false|null field => value */
    public function hash(?string $key, mixed &$iterator, ?string $pattern, ?int $count): array|false|null
    {
        $convert = fn (array $list): array => $this->replies->unpackAll(Replies\FieldMap::fromList($list));
        return $this->nextPage(['HSCAN', $this->options->key((string) $key)], $iterator, $pattern, $count, $convert);
    }

    /** @return list<mixed>|false|null members */
    public function set(?string $key, mixed &$iterator, ?string $pattern, ?int $count): array|false|null
    {
        return $this->nextPage(['SSCAN', $this->options->key((string) $key)], $iterator, $pattern, $count, $this->replies->unpackAll(...));
    }

    /** @return array<float>|false|null member => score */
    public function sortedSet(?string $key, mixed &$iterator, ?string $pattern, ?int $count): array|false|null
    {
        $convert = fn (array $list): array => $this->replies->scores(Replies\FieldMap::fromList($list));
        return $this->nextPage(['ZSCAN', $this->options->key((string) $key)], $iterator, $pattern, $count, $convert);
    }

    /**
     * The next page; with SCAN_RETRY the next that is not empty.
     *
     * @param list<string>           $command
     * @param \Closure(array): array $convert of the elements of a page
     * @param list<string>           $options
     * @return array<mixed>|false|null
     */
    private function nextPage(
        array $command,
        mixed &$iterator,
        ?string $pattern,
        ?int $count,
        \Closure $convert,
        array $options = [],
    ): array|false|null {
        if ($this->state->queue !== null) {
            throw new Exception("Can't call SCAN commands in multi or pipeline mode!");
        }
        if ($iterator === 0) {
            return false;
        }
        if ($count > 0) {
            \array_push($options, 'COUNT', $count);
        }
        if (($pattern ?? '') !== '') {
            \array_push($options, 'MATCH', ($this->options->scan & Constants::SCAN_PREFIX ? $this->options->prefix : '') . $pattern);
        }
        $next = self::cursor($iterator);
        do {
            try {
                $reply = $this->state->client->run([...$command, $next, ...$options], ReplyFormat::NIL_FALSE);
            } catch (ConnectionException $failure) {
                $result = $this->replies->connectionFailure($failure);
                // Only after an exception can the caller repeat the call: without one, a loop would not end.
                $iterator = 0;
                return $result;
            }
            if ($reply instanceof ServerException) {
                $result = $this->replies->serverError($reply);
                $iterator = $next;
                return $result;
            }
            [$cursor, $page] = $reply;
            $next = (string) (int) $cursor === $cursor ? (int) $cursor : $cursor;
        } while ($page === [] && $next !== 0 && $this->options->scan & Constants::SCAN_RETRY);
        $iterator = $next;
        return $convert($page);
    }

    /** The cursor of an iterator. A value that no scan can have returned starts from the beginning. */
    private static function cursor(mixed $iterator): int|string
    {
        if (\is_object($iterator)) {
            $iterator = (int) $iterator - 1; // PHP warns that it is no number
        }
        if (\is_string($iterator) && \ctype_digit($iterator) && (string) (int) $iterator !== $iterator) {
            return $iterator;
        }
        return \is_int($iterator) && $iterator > 0 ? $iterator : 0;
    }
}
