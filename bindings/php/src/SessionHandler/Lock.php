<?php

declare(strict_types=1);

namespace RedisCluster\SessionHandler;

use RedisCluster\ClientInterface;
use RedisCluster\Exception;

/**
 * The lock of one session: a key on the session's node that holds a secret of the owner. The key is named as in phpredis, so that
 * its session handler and this one exclude each other.
 *
 * The scripts compute the name of the lock from the session's key. It needs no hash tag that way, so locks do not depend on hash_tag.
 *
 * @internal
 */
final class Lock
{
    private const SUFFIX = '_LOCK';

    private const ACQUIRE_AND_READ = <<<'LUA'
        local lock, acquired = KEYS[1] .. '_LOCK', nil
        if ARGV[2] == '0' then
            acquired = redis.call('SET', lock, ARGV[1], 'NX')
        else
            acquired = redis.call('SET', lock, ARGV[1], 'NX', 'PX', ARGV[2])
        end
        return acquired and (redis.call('GET', KEYS[1]) or '')
        LUA;

    private const WRITE = <<<'LUA'
        if redis.call('GET', KEYS[1] .. '_LOCK') ~= ARGV[1] then return 0 end
        redis.call('SETEX', KEYS[1], ARGV[2], ARGV[3])
        return 1
        LUA;

    private const RELEASE = <<<'LUA'
        local lock = KEYS[1] .. '_LOCK'
        return redis.call('GET', lock) == ARGV[1] and redis.call('DEL', lock) or 0
        LUA;

    private readonly string $secret;

    /** @param string $session the session's key */
    public function __construct(private readonly ClientInterface $client, private readonly string $session)
    {
        $this->secret = \gethostname() . '|' . \getmypid() . '|' . \bin2hex(\random_bytes(8));
    }

    /** Whether the key of a session would contain a tag, or be the lock of another session. */
    public static function isAmbiguous(string $id): bool
    {
        return \strpbrk($id, '{}') !== false || \str_ends_with($id, self::SUFFIX);
    }

    /**
     * Acquires the lock and reads the session's data.
     *
     * @param int $expire  seconds after which the lock is released; 0: never
     * @param int $wait    microseconds between two attempts
     * @param int $retries after the first attempt; negative: without limit
     * @return ?string null: another request holds the lock
     */
    public function acquireAndRead(int $expire, int $wait, int $retries): ?string
    {
        for ($attempt = 0;; $attempt++) {
            try {
                $data = $this->run(self::ACQUIRE_AND_READ, $this->secret, $expire * 1000);
            } catch (Exception $failure) {
                $this->releaseAfter($failure);
            }
            if ($data !== null || ($retries >= 0 && $attempt >= $retries)) {
                return $data;
            }
            \usleep($wait);
        }
    }

    /** Writes in one step if the lock is still held. @return bool whether it was */
    public function write(string $data, int $seconds): bool
    {
        return $this->run(self::WRITE, $this->secret, $seconds, $data) === 1;
    }

    public function release(): void
    {
        $this->run(self::RELEASE, $this->secret);
    }

    private function run(string $script, string|int ...$arguments): mixed
    {
        return $this->client->command('EVAL', $script, 1, $this->session, ...$arguments);
    }

    /** The reply was lost, but the lock may have been acquired. */
    private function releaseAfter(Exception $failure): never
    {
        if ($failure->executed) {
            try {
                $this->release();
            } catch (Exception) {
                // Most likely the same failure again. The lock expires.
            }
        }
        throw $failure;
    }
}
