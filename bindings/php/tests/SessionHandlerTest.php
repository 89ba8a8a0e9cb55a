<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\SessionHandler;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\PhpSession;

/** PHP sessions stored on the nodes. SessionLockTest tests concurrent requests of one session. */
final class SessionHandlerTest extends ClusterTestCase
{
    private const KEY = 'PHPREDIS_SESSION:abc';

    /** @dataProvider lockingModes */
    public function testTheNextRequestReadsTheSessionData(bool $locking): void
    {
        $session = new PhpSession(['locking' => $locking]);

        self::assertSame('', $session->run('session_start(); $_SESSION["cart"] = ["apple", 2];'));
        self::assertSame('["apple",2]', $session->run('session_start(); echo json_encode($_SESSION["cart"]);'));
        self::assertSame('cart|a:2:{i:0;s:5:"apple";i:1;i:2;}', $this->client->command('GET', self::KEY));
    }

    /** @dataProvider lockingModes */
    public function testTheSessionKeyIsTheOnlyKeyOnTheServers(bool $locking): void
    {
        (new PhpSession(['locking' => $locking]))->run('session_start(); $_SESSION["a"] = 1;');

        self::assertSame([self::KEY], $this->client->command('KEYS', '*'));
    }

    /** @dataProvider lockingModes */
    public function testSessionsAreDistributedOverTheNodes(bool $locking): void
    {
        $code = 'for ($i = 0; $i < 30; $i++) { session_id("id$i"); session_start(); $_SESSION["a"] = $i; session_write_close(); }';
        (new PhpSession(['locking' => $locking]))->run($code);

        self::assertSame(30, $this->client->command('DBSIZE'));
        self::assertNotContains(0, $this->client->each('DBSIZE'));
    }

    public function testTheLifetimeIsTheCurrentValueOfGcMaxlifetime(): void
    {
        (new PhpSession())->run('ini_set("session.gc_maxlifetime", "5000"); session_start(); $_SESSION["a"] = 1;');

        self::assertEqualsWithDelta(5000, $this->client->command('TTL', self::KEY), 60);
    }

    /** @dataProvider lockingModes */
    public function testReadingASessionExtendsItsLifetime(bool $locking): void
    {
        $session = new PhpSession(['locking' => $locking]);
        $session->run('session_start(); $_SESSION["a"] = 1;');
        $this->client->command('EXPIRE', self::KEY, 9);

        self::assertSame('1', $session->run('session_start(); echo $_SESSION["a"];'));
        self::assertGreaterThan(9, $this->client->command('TTL', self::KEY));
    }

    /** @dataProvider lockingModes */
    public function testDestroyRemovesTheSession(bool $locking): void
    {
        $session = new PhpSession(['locking' => $locking]);
        $session->run('session_start(); $_SESSION["a"] = 1;');

        self::assertSame('true', $session->run('session_start(); echo json_encode(session_destroy());'));
        self::assertSame(0, $this->client->command('DBSIZE'));
    }

    /** @dataProvider lockingModes */
    public function testAbortAndResetDoNotWriteTheSession(bool $locking): void
    {
        $session = new PhpSession(['locking' => $locking]);
        $session->run('session_start(); $_SESSION["a"] = 1;');
        $session->run('session_start(); $_SESSION["a"] = 2; session_abort();');
        $session->run('session_start(); $_SESSION["a"] = 3; session_reset(); $_SESSION["b"] = $_SESSION["a"];');

        self::assertSame('a|i:1;b|i:1;', $this->client->command('GET', self::KEY));
        self::assertSame(1, $this->client->command('DBSIZE'));
    }

    /** @dataProvider lockingModes */
    public function testRegenerateIdMovesTheData(bool $locking): void
    {
        $code = 'session_start(); $_SESSION["a"] = 1; session_regenerate_id(true); echo session_id();';
        $id = (new PhpSession(['locking' => $locking]))->run($code);

        self::assertMatchesRegularExpression('/^[a-zA-Z0-9,-]{22,}$/D', $id);
        self::assertSame(["PHPREDIS_SESSION:$id"], $this->client->command('KEYS', '*'));
    }

    /** @dataProvider lockingModes */
    public function testStrictModeReplacesAnUnknownId(bool $locking): void
    {
        $session = new PhpSession(['locking' => $locking], ['-d', 'session.use_strict_mode=1']);
        $code = 'session_start(); $_SESSION["a"] = 1; echo session_id();';
        $id = $session->run($code);

        self::assertNotSame('abc', $id);
        self::assertSame($id, $session->run("session_id('$id'); $code"));
    }

    /** @dataProvider confusingIds */
    public function testAnIdThatCouldNameAnotherKeyIsRejected(string $id): void
    {
        $code = "session_id('$id'); echo json_encode(session_start());";

        self::assertStringContainsString('The id of a session must not contain braces', (new PhpSession())->run($code));
        self::assertSame(0, $this->client->command('DBSIZE'));
        self::assertFalse((new SessionHandler($this->client))->validateId($id));
    }

    public static function confusingIds(): iterable
    {
        yield 'a tag' => ['abc{other}'];
        yield 'the lock of another session' => ['abc_LOCK'];
    }

    public function testThePrefixIsConfigurable(): void
    {
        (new PhpSession(['prefix' => 'shop:', 'locking' => true]))->run('session_start(); $_SESSION["a"] = 1;');

        self::assertSame(['shop:abc'], $this->client->command('KEYS', '*'));
        self::assertInstanceOf(\ValueError::class, self::thrownBy(fn () => new SessionHandler($this->client, 'shop{1}:')));
    }

    /** @dataProvider lockingModes */
    public function testAConnectionFailureIsThrownAndTheNextSessionWorks(bool $locking): void
    {
        $alias = $this->client->nodeFor(self::KEY)['alias'];
        $keyOnRunningNode = $this->keyOn(array_key_first(array_diff_key(self::config()['nodes'], [$alias => 0])), 'PHPREDIS_SESSION:');
        $id = substr($keyOnRunningNode, strlen('PHPREDIS_SESSION:'));
        $code = <<<'PHP'
            try { session_start(); } catch (RedisCluster\ConnectionException $e) { echo $e->node, ' '; }
            session_id($argv[3]); echo json_encode(session_start()); $_SESSION["a"] = 1;
            PHP;

        $session = new PhpSession(['locking' => $locking], [], ['REDISCLUSTER_CONFIG' => json_encode(self::configWithDeadNode($alias))]);
        self::assertSame("$alias true", $session->run($code, $id));
        self::assertSame('a|i:1;', $this->client->command('GET', $keyOnRunningNode));
    }

    public function testSessionsAreCompatibleWithPhpredis(): void
    {
        $theirs = PhpSession::withPhpredisHandler();
        $ours = new PhpSession([], [], ['REDISCLUSTER_CONFIG' => json_encode(self::config(1))]);
        $count = 'session_start(); echo $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;';

        $counts = [];
        foreach ([$ours, $theirs, $ours, $theirs, $theirs, $ours] as $session) {
            $counts[] = $session->run($count);
        }

        self::assertSame(['1', '2', '3', '4', '5', '6'], $counts);
        self::assertSame([self::KEY], (new Client(self::config(1)))->command('KEYS', '*'));
    }

    public static function lockingModes(): iterable
    {
        yield 'without locks' => [false];
        yield 'with locks' => [true];
    }
}
