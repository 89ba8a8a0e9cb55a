<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\SessionHandler\Lock;

/**
 * PHP's sessions on the nodes, as phpredis keeps them on a server: the same names, the same bytes, the same locks.
 *
 *     session_set_save_handler(new RedisCluster\SessionHandler($client, locking: true));
 *     session_start();
 *
 * What fails on the way to a server is thrown, by session_start() and the other functions. A session that stays locked by others,
 * or whose lock was lost before it was written, is a warning, and what PHP makes of it: session_start() is false, or the
 * session is not written.
 */
final class SessionHandler implements \SessionHandlerInterface, \SessionIdInterface, \SessionUpdateTimestampHandlerInterface
{
    /** Where neither an argument nor php.ini says anything. */
    private const DEFAULTS = [
        'locking_enabled' => '0',
        'lock_expire' => '0',
        'lock_wait_time' => '20000',
        'lock_retries' => '100',
        'lock_failure_readonly' => '0',
    ];
    /** Seconds; PHP's own default, and what phpredis takes in the place of a session.gc_maxlifetime that is no lifetime. */
    private const LIFETIME = 1440;

    private readonly Client $client;
    private readonly bool $locking;
    private readonly int $lockExpire;
    private readonly int $lockWaitTime;
    private readonly int $lockRetries;
    private readonly bool $lockFailureReadonly;

    /** Of the session that is open, while its lock is held. */
    private ?Lock $lock = null;

    /**
     * What is null is as php.ini says in phpredis' settings, `redis.session.locking_enabled` and so on, whether or not ext-redis
     * is there.
     *
     * @param string $prefix              of the session's key, without braces; behind it comes the session's id
     * @param ?bool  $locking             one request at a time for each session: redis.session.locking_enabled
     * @param ?int   $lockExpire          seconds after which the lock of a request that crashed, or takes longer, is anybody's:
     *                                    redis.session.lock_expire; 0 is max_execution_time, and where that is without limit the
     *                                    lifetime of the session
     * @param ?int   $lockWaitTime        microseconds between two attempts: redis.session.lock_wait_time; 0 is 20,000
     * @param ?int   $lockRetries         attempts after the first, -1 is without end: redis.session.lock_retries; 0 is 100
     * @param ?bool  $lockFailureReadonly whether a session that others have locked is read all the same, not to be written:
     *                                    redis.session.lock_failure_readonly; else session_start() fails
     */
    public function __construct(
        Client $client,
        private readonly string $prefix = 'PHPREDIS_SESSION:',
        ?bool $locking = null,
        ?int $lockExpire = null,
        ?int $lockWaitTime = null,
        ?int $lockRetries = null,
        ?bool $lockFailureReadonly = null,
    ) {
        if (\strpbrk($prefix, '{}') !== false) {
            throw new \ValueError("The prefix of sessions has no braces in it, unlike \"$prefix\"");
        }
        // A replica may not know yet what the last request has written.
        $this->client = $client->withRead(Read::Master);
        $this->locking = $locking ?? (bool) self::setting('locking_enabled');
        $this->lockExpire = $lockExpire ?? self::setting('lock_expire');
        $this->lockWaitTime = ($lockWaitTime ?? self::setting('lock_wait_time')) ?: (int) self::DEFAULTS['lock_wait_time'];
        $this->lockRetries = ($lockRetries ?? self::setting('lock_retries')) ?: (int) self::DEFAULTS['lock_retries'];
        $this->lockFailureReadonly = $lockFailureReadonly ?? (bool) self::setting('lock_failure_readonly');
    }

    public function open(string $path, string $name): bool
    {
        return true;
    }

    public function close(): bool
    {
        $lock = $this->lock;
        $this->lock = null;
        $lock?->release();
        return true;
    }

    public function read(string $id): string|false
    {
        if (Lock::isConfusing($id)) {
            \trigger_error('The id of a session has no braces in it and does not end in _LOCK', \E_USER_WARNING);
            return false;
        }
        if (!$this->locking || $this->lock !== null) {
            return (string) $this->client->command('GET', $this->key($id));
        }
        $lock = new Lock($this->client, $this->key($id));
        $data = $lock->takeAndRead($this->lockExpire(), $this->lockWaitTime, $this->lockRetries);
        if ($data !== null) {
            $this->lock = $lock;
            return $data;
        }
        if (!$this->lockFailureReadonly) {
            \trigger_error('The session is locked by others', \E_USER_WARNING);
            return false;
        }
        \trigger_error('The session is locked by others, and can only be read', \E_USER_WARNING);
        return (string) $this->client->command('GET', $this->key($id));
    }

    public function write(string $id, string $data): bool
    {
        if (!$this->locking) {
            $this->client->command('SETEX', $this->key($id), self::lifetime(), $data);
            return true;
        }
        if ($this->lock?->write($data, self::lifetime())) {
            return true;
        }
        $this->lock = null;
        \trigger_error('The session is not written, its lock is not held', \E_USER_WARNING);
        return false;
    }

    public function destroy(string $id): bool
    {
        $this->client->command('DEL', $this->key($id));
        return $this->close();
    }

    /** Nothing to do: the servers remove what has expired. */
    public function gc(int $max_lifetime): int|false
    {
        return 0;
    }

    public function create_sid(): string
    {
        return \session_create_id();
    }

    public function validateId(string $id): bool
    {
        return !Lock::isConfusing($id) && $this->client->command('EXISTS', $this->key($id)) === 1;
    }

    /** Of a session that was read and not changed. */
    public function updateTimestamp(string $id, string $data): bool
    {
        $this->client->command('EXPIRE', $this->key($id), self::lifetime());
        return true;
    }

    private function key(string $id): string
    {
        return $this->prefix . $id;
    }

    private function lockExpire(): int
    {
        return $this->lockExpire ?: (int) \ini_get('max_execution_time') ?: self::lifetime();
    }

    /** Seconds. A request may change it before it ends. */
    private static function lifetime(): int
    {
        $seconds = (int) \ini_get('session.gc_maxlifetime');
        return $seconds > 0 ? $seconds : self::LIFETIME;
    }

    /** Without the extension PHP keeps what php.ini says of it, but does not know it as a setting. */
    private static function setting(string $name): int
    {
        $value = \ini_get("redis.session.$name");
        if ($value === false) {
            $value = \get_cfg_var("redis.session.$name");
        }
        return (int) ($value === false ? self::DEFAULTS[$name] : $value);
    }
}
