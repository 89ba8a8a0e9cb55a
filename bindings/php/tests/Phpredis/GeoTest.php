<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\RedisClusterTestCase;

final class GeoTest extends RedisClusterTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        $this->redis->geoAdd('sicily', 13.361389, 38.115556, 'Palermo', '15.087269', '37.502669', 'Catania');
    }

    private static function warningOfRejected(\Closure $function): string
    {
        [$result, $warnings] = self::captureWarnings($function);
        self::assertFalse($result);
        return implode($warnings);
    }

    public function testGeoAddAcceptsOptionsAfterThePlaces(): void
    {
        self::assertSame(0, $this->redis->geoAdd('sicily', 13.5, 38.1, 'Palermo', ['NX']));
        self::assertSame(1, $this->redis->geoAdd('sicily', 13.361, 38.115, 'Palermo', ['xx', 'ch']));
        self::assertSame(1, $this->redis->geoAdd('sicily', 13.5, 38.1, 'Bagheria'));
        self::assertFalse($this->redis->geoAdd('sicily', 'east', 'north', 'nowhere'));
    }

    public function testGeoDistReturnsAFloatOrFalse(): void
    {
        self::assertSame(166274.1516, $this->redis->geoDist('sicily', 'Palermo', 'Catania'));
        self::assertSame(166.2742, $this->redis->geoDist('sicily', 'Palermo', 'Catania', 'km'));
        self::assertFalse($this->redis->geoDist('sicily', 'Palermo', 'Rome'));
        self::assertFalse($this->redis->geoDist('sicily', 'Palermo', 'Catania', 'parsec'));
    }

    public function testGeoPosAndGeoHashKeepTheOrderOfTheMembers(): void
    {
        self::assertSame(['sqdtr74hyu0', false, 'sqc8b49rny0'], $this->redis->geoHash('sicily', 'Catania', 'Rome', 'Palermo'));
        $positions = $this->redis->geoPos('sicily', 'Catania', 'Rome');
        self::assertEqualsWithDelta([15.087269, 37.502669], array_map('floatval', $positions[0]), 0.0001);
        self::assertSame([], $positions[1]);
        self::assertSame([[]], $this->redis->geoPos('none', 'Rome'));
    }

    public function testGeoRadiusReturnsMembersWithTheRequestedDetails(): void
    {
        self::assertEqualsCanonicalizing(['Palermo', 'Catania'], $this->redis->geoRadius('sicily', 15, 37, 200, 'km'));
        $near = $this->redis->geoRadius('sicily', 15, 37, 200, 'km', ['WITHDIST', 'asc']);
        self::assertSame([['Catania', '56.4413'], ['Palermo', '190.4424']], $near);
        self::assertSame(['Palermo'], $this->redis->geoRadius('sicily', 15, 37, 200, 'km', ['DESC', 'count' => 1]));
        [[$member, $distance, $hash, $position]] = $this->redis->geoRadiusByMember_ro(
            'sicily',
            'Catania',
            1,
            'km',
            ['withhash', 'withcoord', 'withdist'],
        );
        self::assertSame(['Catania', '0.0000', 3479447370796909], [$member, $distance, $hash]);
        self::assertCount(2, $position);
        self::assertSame([], $this->redis->geoRadius('none', 15, 37, 200, 'km', ['WITHDIST']));
        self::assertFalse($this->redis->geoRadiusByMember('sicily', 'Rome', 200, 'km'));
    }

    public function testGeoResultsCanBeStoredOnEveryNode(): void
    {
        foreach (['node_1', 'node_2', 'node_3'] as $alias) {
            $key = $this->keyOn($alias);
            self::assertSame(2, $this->redis->geoRadius('sicily', 15, 37, 200, 'km', ['STORE' => $key]));
            self::assertSame(['Catania', 'Palermo'], $this->redis->geoSearch($key, 'Catania', 300, 'km', ['ASC']));
            self::assertSame(1, $this->redis->geoRadiusByMember('sicily', 'Catania', 1, 'km', ['storedist' => $key]));
            self::assertSame(['Catania' => 0.0], $this->redis->zRange($key, 0, -1, true));
            self::assertSame(2, $this->redis->geoSearchStore($key, 'sicily', [15, 37], [400, 400], 'km'));
            self::assertSame(1, $this->redis->geoSearchStore($key, 'sicily', 'Palermo', 1, 'km', ['STOREDIST', 'count' => 1]));
            self::assertSame(['Palermo' => 0.0], $this->redis->zRange($key, 0, -1, true));
        }
    }

    public function testGeoSearchReturnsMembersOrTheirDetails(): void
    {
        self::assertSame(['Catania'], $this->redis->geoSearch('sicily', [15, 37], 100, 'km'));
        $any = $this->redis->geoSearch('sicily', [15.0, 37.0], [400, 400], 'km', ['ASC', 'count' => [2, true]]);
        self::assertSame(['Catania', 'Palermo'], $any);
        $found = $this->redis->geoSearch('sicily', 'Palermo', 200, 'km', ['withdist', 'WITHHASH', 'WITHCOORD', 'desc']);
        self::assertSame(['Catania', 'Palermo'], array_keys($found));
        self::assertSame([166.2742, 3479447370796909], array_slice($found['Catania'], 0, 2));
        self::assertEqualsWithDelta([15.087269, 37.502669], $found['Catania'][2], 0.0001);
    }

    public function testDestinationKeysHaveThePrefix(): void
    {
        $this->redis->setOption(RedisCluster::OPT_PREFIX, 'app:');
        $this->redis->geoAdd('g', 15.087269, 37.502669, 'Catania');
        $this->redis->geoRadius('g', 15, 37, 200, 'km', ['STORE' => 'near']);
        $this->redis->geoSearchStore('found', 'g', [15, 37], 200, 'km');
        self::assertSame(3, $this->client->command('EXISTS', 'app:g', 'app:near', 'app:found'));
    }

    public function testMembersAreSerializedAndCoordinatesAreNot(): void
    {
        $this->redis->setOption(RedisCluster::OPT_SERIALIZER, RedisCluster::SERIALIZER_PHP);
        self::assertSame(2, $this->redis->geoAdd('g', 13.361389, 38.115556, ['Palermo'], 15.087269, 37.502669, 'Catania'));
        self::assertSame([['Palermo']], $this->redis->geoRadius('g', 13, 38, 100, 'km'));
        $near = $this->redis->geoRadiusByMember('g', 'Catania', 200, 'km', ['WITHDIST', 'ASC']);
        self::assertSame(['Catania', ['Palermo']], array_column($near, 0));
        self::assertSame(0.0, $this->redis->geoDist('g', 'Catania', 'Catania'));
    }

    public function testInvalidGeoOptionsReturnFalseWithAWarning(): void
    {
        $radius = fn (array $options): \Closure => fn (): mixed => $this->redis->geoRadius('sicily', 15, 37, 200, 'km', $options);
        self::assertStringContainsString('COUNT must be an integer > 0', self::warningOfRejected($radius(['count' => 0])));
        self::assertStringContainsString('COUNT must be an integer > 0', self::warningOfRejected($radius(['count' => 'many'])));
        self::assertStringContainsString('not compatible', self::warningOfRejected($radius(['STORE' => 'x', 'WITHDIST'])));
        self::assertStringContainsString('position', self::warningOfRejected(fn (): mixed => $this->redis->geoSearch('sicily', [1], 1, 'm')));
        self::assertStringContainsString('shape', self::warningOfRejected(fn (): mixed => $this->redis->geoSearch('sicily', 'Palermo', [1], 'm')));
        self::assertSame(0, $this->redis->exists('x'));
    }
}
