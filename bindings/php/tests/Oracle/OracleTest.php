<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\EmptyServer;

/** The extension, on one server, says what our class has to answer on three. */
final class OracleTest extends ClusterTestCase
{
    private const SHOWN = 40;

    private static ?EmptyServer $server = null;
    private static ?Judge $judge = null;
    private static ?Differences $differences = null;
    /** @var list<string> families that were compared */
    private static array $compared = [];

    protected function setUp(): void
    {
        if (!extension_loaded('redis')) {
            self::markTestSkipped('ext-redis, with which our class is compared, is not loaded');
        }
        // Whatever phpredis waits for in vain, it does not wait long.
        ini_set('default_socket_timeout', '3');
        self::$server ??= new EmptyServer();
        self::$judge ??= new Judge(Subject::dropIn(self::config()), self::oracle());
        self::$differences ??= new Differences();
    }

    public static function tearDownAfterClass(): void
    {
        self::$server = self::$judge = self::$differences = null;
    }

    /** @return iterable<string, array{string}> */
    public static function families(): iterable
    {
        foreach (Corpus::families() as $family) {
            yield $family => [$family];
        }
    }

    /** @dataProvider families */
    public function testAnswersOnThreeNodesAsPhpredisDoesOnOne(string $family): void
    {
        $found = [];
        foreach (Corpus::scenarios($family) as $scenario) {
            foreach (self::$judge->mismatches($scenario) as $mismatch) {
                self::$differences->allow($mismatch) || $found[] = $mismatch;
            }
        }
        self::$compared[] = $family;
        self::assertCount(0, $found, implode("\n", array_slice($found, 0, self::SHOWN)));
    }

    /** @depends testAnswersOnThreeNodesAsPhpredisDoesOnOne */
    public function testEveryMethodOfPhpredisWasCalledInThousandsOfCalls(): void
    {
        self::requireAll();
        $methods = array_map(strtolower(...), get_class_methods(\Redis::class));
        self::assertSame([], array_values(array_diff($methods, array_keys(self::$judge->methods))));
        self::assertGreaterThanOrEqual(200, count(self::$judge->methods));
        self::assertGreaterThanOrEqual(2000, self::$judge->calls);
    }

    /** @depends testAnswersOnThreeNodesAsPhpredisDoesOnOne */
    public function testEveryListedDifferenceIsStillThere(): void
    {
        self::requireAll();
        self::assertSame([], self::$differences->unused());
    }

    public function testPhpredisItselfAnswersTheSameTwice(): void
    {
        $judge = new Judge(Subject::extension(self::config()['nodes']['node_1']['port']), self::oracle());
        foreach (Corpus::families() as $family) {
            foreach (Corpus::scenarios($family) as $number => $scenario) {
                // A part, for the sake of time: each kind of scenario of some methods.
                if (crc32("$family$number") % 8 === 0 && !str_contains($scenario->name, 'in vain')) {
                    self::assertSame([], array_map(strval(...), $judge->mismatches($scenario)));
                }
            }
        }
    }

    public function testTheJudgeSeesEveryKindOfDifference(): void
    {
        $port = self::config()['nodes']['node_1']['port'];
        $liar = new Subject(static function () use ($port): Liar {
            $liar = new Liar();
            $liar->connect('127.0.0.1', $port);
            return $liar;
        }, [$port]);
        $calls = [['set', 'one', 'x'], ['get', 'one'], ['strlen', 'one'], ['hscan', 'two', new Variable('it')], ['type', 'one']];
        $mismatches = (new Judge($liar, self::oracle()))->mismatches(new Scenario('lies', $calls));
        $found = array_map(static fn (Mismatch $mismatch): string => "$mismatch->method $mismatch->aspect", $mismatches);
        self::assertSame(['get outcome', 'strlen outcome', 'hscan arguments', 'type warnings', 'type last error', ' data'], $found);
    }

    public function testTheKeysOfTheSamplesLieOnDifferentNodes(): void
    {
        $node = static fn (string $key): int => crc32($key) % 3;
        self::assertCount(3, array_unique(array_map($node, ['one', 'two', 'six'])));
        self::assertCount(1, array_unique(array_map($node, ['one', ...array_values(Fixtures::SIBLINGS)])));
    }

    private static function oracle(): Subject
    {
        return Subject::extension(self::$server->port);
    }

    private static function requireAll(): void
    {
        if (count(array_unique(self::$compared)) < count(Corpus::families())) {
            self::markTestSkipped('Only some families were compared');
        }
    }
}
