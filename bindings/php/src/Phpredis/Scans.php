<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Form;
use RedisCluster\ServerException;

/**
 * scan, hScan, sScan, zScan: their iterator is by reference.
 *
 * It is null to begin with, and 0 at the end; a call with 0 answers false. In between it is a number, or its digits as a string
 * where the cursors of several servers make one that is too large for an int. A scan that was interrupted by an
 * exception goes on from where it was.
 *
 * @internal of RedisCluster
 */
trait Scans
{
    /**
     * Keys of all nodes, with their prefix.
     *
     * @return list<string>|false|null
     */
    public function scan(mixed &$iterator, ?string $pattern = null, ?int $count = 0, ?string $type = null): array|false|null
    {
        $options = $type === null ? [] : ['TYPE', $type];
        if (($pattern ?? '') === '' && $this->options->scan & self::SCAN_PREFIX && $this->options->prefix !== '') {
            $pattern = '*';
        }
        return $this->pages(['SCAN'], $iterator, $pattern, $count, static fn (array $keys): array => $keys, $options);
    }

    /**
     * Fields and values.
     *
     * @return array<mixed>|false|null
     */
    public function hScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false|null
    {
        $values = fn (array $list): array => $this->replies->unpacked(Replies\Servers::pairs($list));
        return $this->pages(['HSCAN', $this->options->prefix . $key], $iterator, $pattern, $count, $values);
    }

    /**
     * Members.
     *
     * @return list<mixed>|false|null
     */
    public function sScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false|null
    {
        return $this->pages(['SSCAN', $this->options->prefix . $key], $iterator, $pattern, $count, $this->replies->unpacked(...));
    }

    /**
     * Members and scores.
     *
     * @return array<float>|false|null
     */
    public function zScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false|null
    {
        $scores = fn (array $list): array => $this->replies->scores(Replies\Servers::pairs($list));
        return $this->pages(['ZSCAN', $this->options->prefix . $key], $iterator, $pattern, $count, $scores);
    }

    /**
     * The next page; with SCAN_RETRY the next that is not empty.
     *
     * @param list<string>           $command
     * @param \Closure(array): array $made    of a page
     * @param list<string>           $options
     * @return array<mixed>|false|null
     */
    private function pages(
        array $command,
        mixed &$iterator,
        ?string $pattern,
        ?int $count,
        \Closure $made,
        array $options = [],
    ): array|false|null {
        if ($this->queue !== null) {
            throw new Exception("Can't call SCAN commands in multi or pipeline mode!");
        }
        if ($iterator === 0) {
            return false;
        }
        if ($count > 0) {
            \array_push($options, 'COUNT', $count);
        }
        if (($pattern ?? '') !== '') {
            \array_push($options, 'MATCH', ($this->options->scan & self::SCAN_PREFIX ? $this->options->prefix : '') . $pattern);
        }
        $next = self::cursor($iterator);
        do {
            try {
                $reply = $this->client->run([...$command, $next, ...$options], Form::NIL_FALSE);
            } catch (ConnectionException $failure) {
                $answer = $this->failed($failure);
                // Only a failure that is thrown may be followed by another try from the same place.
                $iterator = 0;
                return $answer;
            }
            if ($reply instanceof ServerException) {
                $answer = $this->replies->error($reply);
                $iterator = $next;
                return $answer;
            }
            [$cursor, $page] = $reply;
            $next = (string) (int) $cursor === $cursor ? (int) $cursor : $cursor;
        } while ($page === [] && $next !== 0 && $this->options->scan & self::SCAN_RETRY);
        $iterator = $next;
        return $made($page);
    }

    /** What an iterator stands for. Whatever cannot have come from here begins anew. */
    private static function cursor(mixed $iterator): int|string
    {
        if (\is_string($iterator) && \ctype_digit($iterator) && (string) (int) $iterator !== $iterator) {
            return $iterator;
        }
        return \is_int($iterator) && $iterator > 0 ? $iterator : 0;
    }
}
