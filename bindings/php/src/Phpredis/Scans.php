<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\Exception;
use RedisCluster\Form;
use RedisCluster\Read;
use RedisCluster\ServerException;

/**
 * scan, hScan, sScan, zScan: their iterator is by reference.
 *
 * It is null to begin with, and 0 at the end; a call with 0 answers false. In between it is a number, or its digits as a string
 * where the cursors of several servers make one that is too large for an int.
 *
 * @internal of RedisCluster
 */
trait Scans
{
    /** What scans read from: see cursored(). */
    private ?Client $scanned = null;
    private ?Client $scannedOf = null;

    /**
     * Keys of all nodes, with their prefix.
     *
     * @return list<string>|false
     */
    public function scan(mixed &$iterator, ?string $pattern = null, ?int $count = 0, ?string $type = null): array|false
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
     * @return array<mixed>|false
     */
    public function hScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false
    {
        $values = fn (array $list): array => $this->replies->unpacked(self::pairs($list));
        return $this->pages(['HSCAN', $this->options->prefix . $key], $iterator, $pattern, $count, $values);
    }

    /**
     * Members.
     *
     * @return list<mixed>|false
     */
    public function sScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false
    {
        return $this->pages(['SSCAN', $this->options->prefix . $key], $iterator, $pattern, $count, $this->replies->unpacked(...));
    }

    /**
     * Members and scores.
     *
     * @return array<float>|false
     */
    public function zScan(?string $key, mixed &$iterator, ?string $pattern = null, ?int $count = 0): array|false
    {
        $scores = fn (array $list): array => $this->replies->scores(self::pairs($list));
        return $this->pages(['ZSCAN', $this->options->prefix . $key], $iterator, $pattern, $count, $scores);
    }

    /**
     * The next page; with SCAN_RETRY the next that is not empty.
     *
     * @param list<string>           $command
     * @param \Closure(array): array $made    of a page
     * @param list<string>           $options
     * @return array<mixed>|false
     */
    private function pages(
        array $command,
        mixed &$iterator,
        ?string $pattern,
        ?int $count,
        \Closure $made,
        array $options = [],
    ): array|false {
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
        $iterator = self::cursor($iterator);
        do {
            $reply = $this->cursored()->run([...$command, $iterator, ...$options], Form::NIL_FALSE);
            if ($reply instanceof ServerException) {
                return $this->replies->error($reply);
            }
            [$cursor, $page] = $reply;
            $iterator = (string) (int) $cursor === $cursor ? (int) $cursor : $cursor;
        } while ($page === [] && $iterator !== 0 && $this->options->scan & self::SCAN_RETRY);
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

    /**
     * Masters, always. A cursor means something to the server that gave it alone, and replicas take turns: a scan that walked
     * over several of them would miss keys.
     */
    private function cursored(): Client
    {
        if ($this->scanned === null || $this->scannedOf !== $this->client) {
            $this->scanned = $this->client->withRead(Read::Master);
            $this->scannedOf = $this->client;
        }
        return $this->scanned;
    }

    /**
     * @param list<string> $list
     * @return array<string>
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
