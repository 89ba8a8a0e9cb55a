<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\PhpSession;

/** Locks of sessions with concurrent requests. */
final class SessionLockTest extends ClusterTestCase
{
    private const KEY = 'PHPREDIS_SESSION:abc';
    /** phpredis uses the same name. In this test's commands a tag selects the node of the session. */
    private const LOCK = self::KEY . '_LOCK{' . self::KEY . '}';
    /** Retries without a limit. */
    private const PATIENT = ['locking' => true, 'lockWaitTime' => 1000, 'lockRetries' => -1];
    private const IMPATIENT = ['locking' => true, 'lockWaitTime' => 1, 'lockRetries' => 2];
    private const COUNT = 'for ($i = 0; $i < 20; $i++) { session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_write_close(); }';

    public function testNoUpdateIsLostWithConcurrentRequests(): void
    {
        $session = new PhpSession(self::PATIENT);
        $requests = array_map(fn () => $session->start(self::COUNT), range(1, 6));

        self::assertSame(array_fill(0, 6, ''), array_map(PhpSession::end(...), $requests));
        self::assertSame('n|i:120;', $this->client->command('GET', self::KEY));
        self::assertSame(1, $this->client->command('DBSIZE'), 'only the session is stored, no lock');
    }

    public function testNoUpdateIsLostWhenPhpredisUsesTheSameSession(): void
    {
        $theirs = PhpSession::withPhpredisHandler(['locking_enabled' => 1, 'lock_wait_time' => 1000, 'lock_retries' => -1]);
        $ours = new PhpSession(self::PATIENT, [], ['REDISCLUSTER_CONFIG' => json_encode(self::config(1))]);
        $requests = [$ours->start(self::COUNT), $theirs->start(self::COUNT), $ours->start(self::COUNT), $theirs->start(self::COUNT)];

        self::assertSame(array_fill(0, 4, ''), array_map(PhpSession::end(...), $requests));
        self::assertSame('n|i:80;', (new Client(self::config(1)))->command('GET', self::KEY));
    }

    public function testALockIsHeldUntilTheSessionIsWritten(): void
    {
        $code = <<<'PHP'
            $client = new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG'));
            $lock = fn () => print(json_encode($client->command('EXISTS', $argv[3])));
            $lock(); session_start(); $lock(); $_SESSION['a'] = 1; session_write_close(); $lock();
            PHP;

        self::assertSame('010', (new PhpSession(['locking' => true]))->run($code, self::LOCK));
        self::assertSame('000', (new PhpSession(['locking' => false]))->run($code, self::LOCK));
    }

    public function testTheLockIsOnTheNodeOfTheSessionWithTheNameOfPhpredis(): void
    {
        $this->crashWhileLocked(60);

        $node = $this->client->nodeFor(self::KEY)['alias'];
        self::assertSame([self::KEY . '_LOCK'], $this->client->each('KEYS', '*')[$node]);
    }

    /** @dataProvider hashTags */
    public function testLocksDoNotDependOnTheHashTagSetting(?string $hashTag): void
    {
        $config = ['hash_tag' => $hashTag] + self::config(3);
        $client = new Client($config);
        $session = new PhpSession(self::PATIENT, [], ['REDISCLUSTER_CONFIG' => json_encode($config)]);
        $requests = [$session->start(self::COUNT), $session->start(self::COUNT)];

        self::assertSame(['', ''], array_map(PhpSession::end(...), $requests));
        self::assertSame('n|i:40;', $client->command('GET', self::KEY));

        $session->run('session_start(); posix_kill(getmypid(), 9);');
        $keys = $client->each('KEYS', '*')[$client->nodeFor(self::KEY)['alias']];
        self::assertContains(self::KEY . '_LOCK', $keys, 'the name that phpredis uses');
    }

    public static function hashTags(): iterable
    {
        foreach (['strip', 'keep', 'off', null] as $hashTag) {
            yield $hashTag ?? 'not set' => [$hashTag];
        }
    }

    public function testALockedSessionDoesNotStartAfterTheLastRetry(): void
    {
        $this->client->command('SET', self::KEY, 'a|i:1;');
        $this->client->command('SET', self::LOCK, 'other-request');
        $output = (new PhpSession(self::IMPATIENT))->run('echo json_encode(session_start()); $_SESSION["a"] = 2;');

        self::assertStringContainsString('The session is locked by another request', $output);
        self::assertStringEndsWith('false', $output);
        self::assertSame(['a|i:1;', 'other-request'], $this->client->command('MGET', self::KEY, self::LOCK));
    }

    public function testALockedSessionIsReadOnlyWithLockFailureReadonly(): void
    {
        $this->client->command('SET', self::KEY, 'a|i:1;');
        $this->client->command('SET', self::LOCK, 'other-request');
        $code = 'echo json_encode([@session_start(), $_SESSION["a"]]); $_SESSION["a"] = 2;';
        $output = (new PhpSession(self::IMPATIENT + ['lockFailureReadonly' => true]))->run($code);

        self::assertStringContainsString('[true,1]', $output);
        self::assertStringContainsString('The session was not written because its lock was lost', $output);
        self::assertSame(['a|i:1;', 'other-request'], $this->client->command('MGET', self::KEY, self::LOCK));
    }

    /** @dataProvider lostLocks */
    public function testASessionIsNotWrittenAfterItsLockWasLost(string $loss, ?string $lock): void
    {
        $this->client->command('SET', self::KEY, 'a|i:1;');
        $code = <<<'PHP'
            session_start();
            $_SESSION['a'] = 2;
            (new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG')))->command(...explode(' ', $argv[3]));
            PHP;
        $output = (new PhpSession(['locking' => true]))->run($code, $loss);

        self::assertStringContainsString('The session was not written because its lock was lost', $output);
        self::assertSame(['a|i:1;', $lock], $this->client->command('MGET', self::KEY, self::LOCK));
    }

    public static function lostLocks(): iterable
    {
        yield 'the lock expired' => ['DEL ' . self::LOCK, null];
        yield 'the lock expired and another request has it' => ['SET ' . self::LOCK . ' other-request', 'other-request'];
    }

    public function testALockOfAnotherRequestIsNotReleased(): void
    {
        $code = <<<'PHP'
            session_start();
            (new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG')))->command('SET', $argv[3], 'other-request');
            session_abort();
            PHP;

        self::assertSame('', (new PhpSession(['locking' => true]))->run($code, self::LOCK));
        self::assertSame('other-request', $this->client->command('GET', self::LOCK));
    }

    public function testTheLockOfACrashedRequestExpires(): void
    {
        $this->crashWhileLocked(1);

        self::assertSame('true', (new PhpSession(self::PATIENT))->run('echo json_encode(session_start()); $_SESSION["a"] = 1;'));
        self::assertSame('a|i:1;', $this->client->command('GET', self::KEY));
    }

    public function testALockAlwaysExpires(): void
    {
        $this->crashWhileLocked(0);
        self::assertEqualsWithDelta(1440, $this->client->command('TTL', self::LOCK), 60, 'session.gc_maxlifetime');

        $this->client->each('FLUSHALL');
        $this->crashWhileLocked(0, ['-d', 'session.gc_maxlifetime=5000', '-d', 'session.save_path=']);
        self::assertEqualsWithDelta(5000, $this->client->command('TTL', self::LOCK), 60);

        $this->client->each('FLUSHALL');
        $this->crashWhileLocked(0, [], 'set_time_limit(300);');
        self::assertEqualsWithDelta(300, $this->client->command('TTL', self::LOCK), 60, 'max_execution_time');
    }

    public function testDefaultsAreTheIniSettingsOfPhpredis(): void
    {
        $settings = ['-d', 'redis.session.locking_enabled=1', '-d', 'redis.session.lock_expire=77'];
        foreach ([$settings, [...PhpSession::WITHOUT_EXTENSIONS, ...$settings]] as $options) {
            $this->client->each('FLUSHALL');
            (new PhpSession([], $options))->run('session_start(); posix_kill(getmypid(), 9);');
            self::assertEqualsWithDelta(77, $this->client->command('TTL', self::LOCK), 60);
        }
    }

    /** @param list<string> $options */
    private function crashWhileLocked(int $expire, array $options = [], string $code = ''): void
    {
        $session = new PhpSession(['locking' => true, 'lockExpire' => $expire], $options);
        $session->run("$code session_start(); posix_kill(getmypid(), 9);");

        self::assertSame(1, $this->client->command('EXISTS', self::LOCK));
    }
}
