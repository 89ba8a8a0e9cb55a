<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\TimeoutException;

/** withDeadline() and the option deadline. */
final class DeadlineTest extends ClusterTestCase
{
    /** @return iterable<string, array{list<string|int>, bool}> */
    public static function blockingCommands(): iterable
    {
        yield 'one node' => [['BLPOP', 'none', 0], true];
        yield 'all nodes' => [['BLPOP', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 0], false];
    }

    /** @dataProvider blockingCommands */
    public function testADeadlineEndsACall(array $command, bool $mayBeExecuted): void
    {
        $withOption = new Client(self::config(options: ['deadline' => 0.05]), shared: false);
        foreach ([$this->client->withDeadline(0.05), $withOption] as $limited) {
            $thrown = self::thrownBy(static fn() => $limited->command(...$command));
            self::assertInstanceOf(TimeoutException::class, $thrown);
            self::assertStringContainsString('the deadline of 0.05 s has passed (round ', $thrown->getMessage());
            self::assertSame($mayBeExecuted, $thrown->executed);
            self::assertSame('PONG', $limited->command('PING'));
        }
    }

    public function testEveryCallHasTheWholeTimeAndTheOriginHasNoLimit(): void
    {
        $limited = $this->client->withDeadline(0.2);
        for ($call = 0; $call < 8; $call++) {
            self::assertNull($limited->command('BLPOP', 'none', 0.05));
        }
        self::assertNull($this->client->command('BLPOP', 'none', 0.3));
        self::assertNull($limited->withDeadline(null)->command('BLPOP', 'none', 0.3));
    }

    public function testATimeThatIsNoneIsRefused(): void
    {
        foreach ([0, -1, 1e12, \NAN] as $seconds) {
            self::assertInstanceOf(\ValueError::class, self::thrownBy(fn() => $this->client->withDeadline($seconds)));
        }
    }
}
