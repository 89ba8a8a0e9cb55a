<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\EphemeralRedisServer;

/** Compares our class on three servers with phpredis on one server, which defines the expected results. */
final class DifferentialTest extends ClusterTestCase
{
    private const MAX_SHOWN_MISMATCHES = 40;

    private static ?EphemeralRedisServer $server = null;
    private static ?Comparator $comparator = null;
    private static ?AllowedDifferences $differences = null;
    /** @var list<string> the families compared so far */
    private static array $compared = [];

    protected function setUp(): void
    {
        if (!extension_loaded('redis')) {
            self::markTestSkipped('ext-redis is not loaded; the comparison requires it');
        }
        // Limits the time that phpredis waits for a reply that does not come.
        ini_set('default_socket_timeout', '3');
        self::$server ??= new EphemeralRedisServer();
        self::$comparator ??= new Comparator(Implementation::dropIn(self::config()), self::phpredis());
        self::$differences ??= new AllowedDifferences();
    }

    public static function tearDownAfterClass(): void
    {
        self::$server = self::$comparator = self::$differences = null;
    }

    /** @return iterable<string, array{string}> */
    public static function families(): iterable
    {
        foreach (Corpus::families() as $family) {
            yield $family => [$family];
        }
    }

    /** @dataProvider families */
    public function testRedisClusterOnThreeNodesBehavesLikePhpredisOnOneServer(string $family): void
    {
        $mismatches = [];
        foreach (Corpus::scenarios($family) as $scenario) {
            foreach (self::$comparator->mismatches($scenario) as $mismatch) {
                self::$differences->allow($mismatch) || $mismatches[] = $mismatch;
            }
        }
        self::$compared[] = $family;
        self::assertCount(0, $mismatches, implode("\n", array_slice($mismatches, 0, self::MAX_SHOWN_MISMATCHES)));
    }

    /** @depends testRedisClusterOnThreeNodesBehavesLikePhpredisOnOneServer */
    public function testTheCorpusCallsEveryMethodOfPhpredis(): void
    {
        self::requireAllFamilies();
        $methods = array_map(strtolower(...), get_class_methods(\Redis::class));
        self::assertSame([], array_values(array_diff($methods, array_keys(self::$comparator->methods))));
        self::assertGreaterThanOrEqual(200, count(self::$comparator->methods));
        self::assertGreaterThanOrEqual(2000, self::$comparator->calls);
    }

    /** @depends testRedisClusterOnThreeNodesBehavesLikePhpredisOnOneServer */
    public function testEveryAllowedDifferenceStillOccurs(): void
    {
        self::requireAllFamilies();
        self::assertSame([], self::$differences->unused());
    }

    public function testAtMostTwelveDifferencesAreDecisionsOfTheClass(): void
    {
        foreach ([5, 6] as $version) {
            $decisions = AllowedDifferences::decisions($version);
            self::assertLessThanOrEqual(12, count($decisions), implode("\n", $decisions));
        }
    }

    public function testPhpredisHasNoMismatchWithItself(): void
    {
        $comparator = new Comparator(Implementation::phpredis(self::config()['nodes']['node_1']['port']), self::phpredis());
        foreach (Corpus::families() as $family) {
            foreach (Corpus::scenarios($family) as $number => $scenario) {
                // A sample, to save time: it has every kind of scenario, but not of every method.
                if (crc32("$family$number") % 8 === 0 && !str_contains($scenario->name, 'that time out')) {
                    self::assertSame([], array_map(strval(...), $comparator->mismatches($scenario)));
                }
            }
        }
    }

    public function testTheComparisonDetectsADifferenceInEveryAspect(): void
    {
        $port = self::config()['nodes']['node_1']['port'];
        $deviating = new Implementation(static function () use ($port): DeviatingRedis {
            $deviating = new DeviatingRedis();
            $deviating->connect('127.0.0.1', $port);
            return $deviating;
        }, [$port]);
        $calls = [['set', 'one', '5'], ['get', 'one'], ['strlen', 'one'], ['hscan', 'two', new ScenarioVariable('it')], ['type', 'one']];
        $mismatches = (new Comparator($deviating, self::phpredis()))->mismatches(new Scenario('deviations', $calls));
        $mismatches = array_map(static fn (Mismatch $mismatch): string => "$mismatch->method $mismatch->aspect", $mismatches);
        self::assertSame(['get outcome', 'strlen outcome', 'hscan arguments', 'type warnings', 'type last error', ' data'], $mismatches);
    }

    public function testTheKeysOfTheSamplesAreOnDifferentNodes(): void
    {
        $node = static fn (string $key): int => crc32($key) % 3;
        self::assertCount(3, array_unique(array_map($node, ['one', 'two', 'six'])));
        self::assertCount(1, array_unique(array_map($node, ['one', ...array_values(Fixtures::KEYS_ON_NODE_OF_ONE)])));
    }

    private static function phpredis(): Implementation
    {
        return Implementation::phpredis(self::$server->port);
    }

    private static function requireAllFamilies(): void
    {
        if (count(array_unique(self::$compared)) < count(Corpus::families())) {
            self::markTestSkipped('requires that all families were compared; run the whole test class');
        }
    }
}
