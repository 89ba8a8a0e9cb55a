<?php

declare(strict_types=1);

namespace RedisCluster\SessionHandler;

use RedisCluster\Client;
use RedisCluster\Exception;

/**
 * The lock of one session: a key beside the session's own, on the same node, that holds a secret of who has locked it. The names
 * are phpredis', so that its session handler and this one keep each other out.
 *
 * @internal
 */
final class Lock
{
    private const SUFFIX = '_LOCK';

    private const TAKE_AND_READ = <<<'LUA'
        local taken
        if ARGV[2] == '0' then
            taken = redis.call('SET', KEYS[1], ARGV[1], 'NX')
        else
            taken = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
        end
        return taken and (redis.call('GET', KEYS[2]) or '')
        LUA;

    private const WRITE = <<<'LUA'
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('SETEX', KEYS[2], ARGV[2], ARGV[3])
        return 1
        LUA;

    private const RELEASE = <<<'LUA'
        return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0
        LUA;

    private readonly string $key;
    private readonly string $secret;

    /** @param string $session the session's key */
    public function __construct(private readonly Client $client, private readonly string $session)
    {
        // The tag puts it on the session's node, and is not part of the name there.
        $this->key = $session . self::SUFFIX . '{' . $session . '}';
        $this->secret = \gethostname() . '|' . \getmypid() . '|' . \bin2hex(\random_bytes(8));
    }

    /** Whether a session's id would make a key that is not its own: a tag, or another session's lock. */
    public static function isConfusing(string $id): bool
    {
        return \strpbrk($id, '{}') !== false || \str_ends_with($id, self::SUFFIX);
    }

    /**
     * The session's data, once the lock is taken.
     *
     * @param int $expire  seconds after which it is anybody's again; 0 is never
     * @param int $wait    microseconds between two attempts
     * @param int $retries after the first attempt; negative is without end
     * @return ?string null when others have kept it
     */
    public function takeAndRead(int $expire, int $wait, int $retries): ?string
    {
        for ($attempt = 0;; $attempt++) {
            try {
                $data = $this->run(self::TAKE_AND_READ, $this->secret, $expire * 1000);
            } catch (Exception $failure) {
                $this->releaseAfter($failure);
            }
            if ($data !== null || ($retries >= 0 && $attempt >= $retries)) {
                return $data;
            }
            \usleep($wait);
        }
    }

    /** Whether the lock was still held; else nothing was written. The two are one step. */
    public function write(string $data, int $seconds): bool
    {
        return $this->run(self::WRITE, $this->secret, $seconds, $data) === 1;
    }

    public function release(): void
    {
        $this->client->command('EVAL', self::RELEASE, 1, $this->key, $this->secret);
    }

    private function run(string $script, string|int ...$arguments): mixed
    {
        return $this->client->command('EVAL', $script, 2, $this->key, $this->session, ...$arguments);
    }

    /** The answer was lost, and the lock may be taken all the same. */
    private function releaseAfter(Exception $failure): never
    {
        if ($failure->executed) {
            try {
                $this->release();
            } catch (Exception) {
                // The same failure again, most likely. The lock ends by itself.
            }
        }
        throw $failure;
    }
}
