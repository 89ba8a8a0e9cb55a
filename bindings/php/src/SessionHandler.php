<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\SessionHandler\Lock;

/**
 * Stores PHP's sessions on the nodes, with the keys, format and locks of phpredis' session handler.
 *
 *     session_set_save_handler(new RedisCluster\SessionHandler($client, locking: true));
 *     session_start();
 *
 * session_start() and the other functions throw connection failures. If another request keeps the session locked, PHP warns and
 * session_start() returns false. If the lock is lost before the session is written, PHP warns and the session is not written.
 */
final class SessionHandler implements \SessionHandlerInterface, \SessionIdInterface, \SessionUpdateTimestampHandlerInterface
{
    /** Used if neither an argument nor php.ini has a value. */
    private const DEFAULTS = [
        'locking_enabled' => '0',
        'lock_expire' => '0',
        'lock_wait_time' => '20000',
        'lock_retries' => '100',
        'lock_failure_readonly' => '0',
    ];
    /** Seconds; PHP's default, which phpredis also uses for a session.gc_maxlifetime that is not positive. */
    private const DEFAULT_LIFETIME = 1440;

    private readonly ClientInterface $client;
    private readonly bool $locking;
    private readonly int $lockExpire;
    private readonly int $lockWaitTime;
    private readonly int $lockRetries;
    private readonly bool $lockFailureReadonly;

    /** The lock of the open session, while it is held. */
    private ?Lock $lock = null;

    /**
     * Null uses phpredis' setting in php.ini, whether or not ext-redis is loaded.
     *
     * @param string $prefix              of the keys, without braces; the session's id follows it
     * @param ?bool  $locking             one request at a time per session. Setting: redis.session.locking_enabled
     * @param ?int   $lockExpire          seconds after which the lock of a request that crashed, or is still running, is released;
     *                                    0: max_execution_time, or the lifetime of the session if that has no limit. Setting:
     *                                    redis.session.lock_expire
     * @param ?int   $lockWaitTime        microseconds between two attempts; 0: 20,000. Setting: redis.session.lock_wait_time
     * @param ?int   $lockRetries         attempts after the first; -1: without limit; 0: 100. Setting: redis.session.lock_retries
     * @param ?bool  $lockFailureReadonly whether a session that another request keeps locked is opened for reading; otherwise
     *                                    session_start() fails. Setting: redis.session.lock_failure_readonly
     */
    public function __construct(
        ClientInterface $client,
        private readonly string $prefix = 'PHPREDIS_SESSION:',
        ?bool $locking = null,
        ?int $lockExpire = null,
        ?int $lockWaitTime = null,
        ?int $lockRetries = null,
        ?bool $lockFailureReadonly = null,
    ) {
        if (\strpbrk($prefix, '{}') !== false) {
            throw new \ValueError("The prefix of sessions must not contain braces, unlike \"$prefix\"");
        }
        // A replica may not have received yet what the last request wrote.
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
        if (Lock::isAmbiguous($id)) {
            \trigger_error('The id of a session must not contain braces or end with _LOCK', \E_USER_WARNING);
            return false;
        }
        if (!$this->locking || $this->lock !== null) {
            return (string) $this->client->command('GET', $this->key($id));
        }
        $lock = new Lock($this->client, $this->key($id));
        $data = $lock->acquireAndRead($this->lockExpire(), $this->lockWaitTime, $this->lockRetries);
        if ($data !== null) {
            $this->lock = $lock;
            return $data;
        }
        if (!$this->lockFailureReadonly) {
            \trigger_error('The session is locked by another request', \E_USER_WARNING);
            return false;
        }
        \trigger_error('The session is locked by another request and can only be read', \E_USER_WARNING);
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
        \trigger_error('The session was not written because its lock was lost', \E_USER_WARNING);
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
        return !Lock::isAmbiguous($id) && $this->client->command('EXISTS', $this->key($id)) === 1;
    }

    /** Called for a session that was read and not changed. */
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

    /** Seconds; read late, because a request may change the setting. */
    private static function lifetime(): int
    {
        $seconds = (int) \ini_get('session.gc_maxlifetime');
        return $seconds > 0 ? $seconds : self::DEFAULT_LIFETIME;
    }

    /** Without ext-redis, only get_cfg_var() returns its settings in php.ini. */
    private static function setting(string $name): int
    {
        $value = \ini_get("redis.session.$name");
        if ($value === false) {
            $value = \get_cfg_var("redis.session.$name");
        }
        return (int) ($value === false ? self::DEFAULTS[$name] : $value);
    }
}
