<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Fpm;
use RedisCluster\Tests\Support\InstalledPackage;
use RedisCluster\Tests\Support\Libraries;
use RedisCluster\Tests\Support\Readme;
use RedisCluster\Tests\Support\RedisServer;
use RedisCluster\Tests\Support\Visitors;

/** PHP-FPM with four workers, each of which serves 500 pages, by either of the settings that README.md gives. */
final class FpmTest extends ClusterTestCase
{
    private const PAGE = __DIR__ . '/programs/page.php';
    private const WORKERS = 4;
    private const PAGES_OF_A_WORKER = 500;

    private Libraries $libraries;
    private InstalledPackage $package;
    /** @var array<string, RedisServer> by alias: a test kills one, so these are its own */
    private array $servers = [];

    protected function setUp(): void
    {
        $this->libraries = new Libraries();
        $this->package = new InstalledPackage();
        foreach (['node_1', 'node_2', 'node_3'] as $alias) {
            $this->servers[$alias] = new RedisServer(self::freePort());
        }
    }

    protected function tearDown(): void
    {
        $this->servers = [];
    }

    public function modes(): iterable
    {
        yield 'ffi.enable=preload' => ['preload'];
        yield 'ffi.enable=1' => ['enabled'];
    }

    /** @dataProvider modes */
    public function testTwentyThousandPagesWithAMasterKilledAndRestartedAmongThem(string $mode): void
    {
        $pages = self::pages();
        $fpm = $this->fpm($mode);
        $visitors = $this->visitors();
        $half = intdiv($pages, 2);

        $visitors->see($fpm->pages, $pages, [
            $half => function () use ($visitors): void {
                $visitors->lose('node_2');
                $this->servers['node_2']->kill();
            },
            $half + 500 => function () use ($visitors): void {
                $this->servers['node_2']->start();
                $visitors->regain();
            },
        ]);

        self::assertSame([], $visitors->wrong, $fpm->daemon->log());
        self::assertSame($pages, $visitors->done);
        self::assertGreaterThanOrEqual(400, $visitors->failures, 'the pages while node_2 was down have noticed');
        self::assertLessThanOrEqual(600, $visitors->failures);
        self::assertGreaterThanOrEqual(intdiv($pages, self::PAGES_OF_A_WORKER), count($visitors->pages), 'workers');
        self::assertLessThanOrEqual(self::PAGES_OF_A_WORKER, max($visitors->pages));
        $this->assertOneConnectionANodeAndWorker($visitors);
        $fpm->daemon->stop();
        self::assertSame([0, 0, 0], $this->connections());
    }

    /** How many there is time for. */
    private static function pages(): int
    {
        return (int) (getenv('FPM_PAGES') ?: 20_000);
    }

    private function assertOneConnectionANodeAndWorker(Visitors $visitors): void
    {
        foreach ($visitors->looks as $looks) {
            foreach (['node_1', 'node_3'] as $alias) { // node_2 was another server's for a while
                self::assertCount(1, array_unique(array_column(array_column($looks, 'connections'), $alias)), 'from page to page the same');
            }
        }
        foreach ($this->connections() as $count) {
            self::assertLessThanOrEqual(self::WORKERS, $count, 'those of the workers that are gone are gone');
        }
        foreach (['node_1', 'node_3'] as $alias) {
            self::assertLessThanOrEqual(count($visitors->pages), $this->servers[$alias]->accepted(), 'one a worker, ever');
        }
    }

    /** @dataProvider modes */
    public function testAWorkerNeedsNoMoreAfterFiveThousandPagesThanAfterOneThousand(string $mode): void
    {
        $fpm = $this->fpm($mode, ['pm.max_children' => '1', 'pm.max_requests' => '0']);
        $visitors = $this->visitors();
        $visitors->see($fpm->pages, min(5_000, self::pages()));

        self::assertSame([], $visitors->wrong, $fpm->daemon->log());
        self::assertCount(1, $visitors->looks, 'workers');
        $looks = array_filter(array_values($visitors->looks)[0], static fn (array $look): bool => $look['pages'] >= 1_000);
        $resident = array_column($looks, 'resident');
        // PHP takes a block of memory now and then, and keeps it; 128 bytes a page would be a leak.
        self::assertLessThan(512 << 10, max($resident) - $resident[0], 'bytes of memory');
        self::assertCount(1, array_unique(array_column($looks, 'files')), 'numbers of open files');
        self::assertCount(1, array_unique(array_column($looks, 'connections'), SORT_REGULAR));
    }

    /** @dataProvider modes */
    public function testNothingIsConnectedBeforeTheFirstPage(string $mode): void
    {
        $fpm = $this->fpm($mode);
        self::assertSame('', $fpm->daemon->log(), 'what it has to warn of');
        self::assertCount(self::WORKERS, $fpm->workers());
        foreach ($this->servers as $server) {
            self::assertSame(0, $server->accepted());
        }
        $visitors = $this->visitors();
        $visitors->see($fpm->pages, 1);

        self::assertSame([], $visitors->wrong, $fpm->daemon->log());
        self::assertSame([1, 1, 1], $this->connections());
    }

    public function testPreloadingAsAnotherUserThanTheWorkers(): void
    {
        if (posix_geteuid() !== 0) {
            $this->markTestSkipped('only root may name users');
        }
        $visitors = $this->visitors();
        $fpm = $this->fpm('preload', [], 'daemon');
        $visitors->see($fpm->pages, 100);

        self::assertSame([], $visitors->wrong, $fpm->daemon->log());
    }

    /** @dataProvider modes */
    public function testAReloadGivesNewWorkersAndLeavesNoConnectionOfTheOldBehind(string $mode): void
    {
        $fpm = $this->fpm($mode);
        $visitors = $this->visitors();
        $visitors->see($fpm->pages, 100);
        $old = $fpm->workers();

        $fpm->reload();
        self::assertSame([], array_intersect($old, $fpm->workers()));
        self::assertSame([0, 0, 0], $this->connections());
        $visitors->see($fpm->pages, 100);

        self::assertSame([], $visitors->wrong, $fpm->daemon->log());
        self::assertSame([], array_diff($this->connections(), range(1, self::WORKERS)));
    }

    /**
     * Of the first and the third, PHP runs no destructors.
     *
     * @testWith ["memory"]
     *           ["exception"]
     *           ["error"]
     *           ["exit"]
     */
    public function testAPageThatDiesLeavesNoConnectionOfItsOwnBehind(string $way): void
    {
        $fpm = $this->fpm('enabled', ['pm.max_children' => '1', 'pm.max_requests' => '0'], page: __DIR__ . '/programs/dying.php');
        $given = ['PACKAGE' => $this->package->folder, 'CONFIG' => json_encode($this->nodes())];
        (new Client($this->nodes(), shared: false))->command('SET', 'key', 'value');
        for ($i = 0; $i < 20; $i++) {
            self::assertStringContainsString(
                ['memory' => 'Allowed memory size', 'exception' => 'nobody catches', 'error' => 'of the user', 'exit' => 'bye'][$way],
                $fpm->pages->get($given + ['DIE' => $way]),
            );
        }

        self::assertSame('value', $fpm->pages->get($given + ['DIE' => '']));
        foreach ($this->connections() as $count) {
            self::assertLessThanOrEqual(1, $count, 'the one that pages share');
        }
    }

    /** @param array<string, string> $pool */
    private function fpm(string $mode, array $pool = [], string $preloadUser = 'nobody', string $page = self::PAGE): Fpm
    {
        $library = $this->libraries->folderOfReal();
        if ($mode === 'enabled') {
            $pool += ['env[REDISCLUSTER_LIBRARY]' => "$library/librediscluster.so.1"];
            return new Fpm($page, ['ffi.enable' => '1'], $pool, ['REDISCLUSTER_LIBRARY' => null]);
        }
        $ini = Readme::preloading($this->package->folder, posix_geteuid() === 0 ? $preloadUser : null);
        return new Fpm($page, $ini, $pool, ['LD_LIBRARY_PATH' => $library, 'REDISCLUSTER_LIBRARY' => '/nowhere/x.so']);
    }

    private function visitors(): Visitors
    {
        return new Visitors($this->package->folder, $this->nodes());
    }

    /** @return array{nodes: array<string, mixed>} */
    private function nodes(): array
    {
        return ['nodes' => array_map(static fn (RedisServer $server): array => ['host' => '127.0.0.1', 'port' => $server->port], $this->servers)];
    }

    /** @return list<int> how many each server has */
    private function connections(): array
    {
        return array_map(static fn (RedisServer $server): int => count($server->connections()), array_values($this->servers));
    }
}
