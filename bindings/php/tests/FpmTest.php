<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\InstalledPackage;
use RedisCluster\Tests\Support\PageLoad;
use RedisCluster\Tests\Support\PhpFpm;
use RedisCluster\Tests\Support\Readme;
use RedisCluster\Tests\Support\RestartableRedisServer;
use RedisCluster\Tests\Support\TestLibraries;

/** PHP-FPM with four workers that serve 500 pages each, with both kinds of settings that README.md describes. */
final class FpmTest extends ClusterTestCase
{
    private const PAGE = __DIR__ . '/programs/load_test_page.php';
    private const WORKERS = 4;
    private const PAGES_OF_A_WORKER = 500;

    private TestLibraries $libraries;
    private InstalledPackage $package;
    /** @var array<string, RestartableRedisServer> by alias; separate servers, because a test kills one */
    private array $servers = [];

    protected function setUp(): void
    {
        $this->libraries = new TestLibraries();
        $this->package = new InstalledPackage();
        foreach (['node_1', 'node_2', 'node_3'] as $alias) {
            $this->servers[$alias] = new RestartableRedisServer(self::freePort());
        }
    }

    protected function tearDown(): void
    {
        $this->servers = [];
    }

    public static function modes(): iterable
    {
        yield 'ffi.enable=preload' => ['preload'];
        yield 'ffi.enable=1' => ['enabled'];
    }

    /** @dataProvider modes */
    public function testTwentyThousandPagesWhileAMasterIsKilledAndRestarted(string $mode): void
    {
        $pages = self::pages();
        $fpm = $this->fpm($mode);
        $visitors = $this->visitors();
        $half = intdiv($pages, 2);

        $visitors->request($fpm->client, $pages, [
            $half => function () use ($visitors): void {
                $visitors->expectFailuresOf('node_2');
                $this->servers['node_2']->kill();
            },
            $half + 500 => function () use ($visitors): void {
                $this->servers['node_2']->start();
                $visitors->expectNoFailures();
            },
        ]);

        self::assertSame([], $visitors->errors, $fpm->process->log());
        self::assertSame($pages, $visitors->done);
        self::assertGreaterThanOrEqual(400, $visitors->failures, 'pages failed while node_2 was down');
        self::assertLessThanOrEqual(600, $visitors->failures);
        self::assertGreaterThanOrEqual(intdiv($pages, self::PAGES_OF_A_WORKER), count($visitors->pagesOfWorker), 'number of workers');
        self::assertLessThanOrEqual(self::PAGES_OF_A_WORKER, max($visitors->pagesOfWorker));
        $this->assertOneConnectionPerNodeAndWorker($visitors);
        $fpm->process->stop();
        self::assertSame([0, 0, 0], $this->connections());
    }

    /** The number of pages; FPM_PAGES may reduce it to save time. */
    private static function pages(): int
    {
        return (int) (getenv('FPM_PAGES') ?: 20_000);
    }

    private function assertOneConnectionPerNodeAndWorker(PageLoad $visitors): void
    {
        foreach ($visitors->samples as $samples) {
            foreach (['node_1', 'node_3'] as $alias) { // node_2 was restarted
                self::assertCount(1, array_unique(array_column(array_column($samples, 'connections'), $alias)), 'the connection is the same for all pages of a worker');
            }
        }
        foreach ($this->connections() as $count) {
            self::assertLessThanOrEqual(self::WORKERS, $count, 'connections of ended workers are closed');
        }
        foreach (['node_1', 'node_3'] as $alias) {
            self::assertLessThanOrEqual(count($visitors->pagesOfWorker), $this->servers[$alias]->acceptedConnections(), 'each worker opens one connection');
        }
    }

    /** @dataProvider modes */
    public function testMemoryAndFilesOfAWorkerDoNotGrowAfterOneThousandPages(string $mode): void
    {
        $fpm = $this->fpm($mode, ['pm.max_children' => '1', 'pm.max_requests' => '0']);
        $visitors = $this->visitors();
        $visitors->request($fpm->client, min(5_000, self::pages()));

        self::assertSame([], $visitors->errors, $fpm->process->log());
        self::assertCount(1, $visitors->samples, 'number of workers');
        $samples = array_filter(array_values($visitors->samples)[0], static fn (array $sample): bool => $sample['pages'] >= 1_000);
        $resident = array_column($samples, 'resident');
        // PHP occasionally allocates a block of memory and keeps it. The limit is 128 bytes for each page.
        self::assertLessThan(512 << 10, max($resident) - $resident[0], 'growth in bytes');
        self::assertCount(1, array_unique(array_column($samples, 'files')), 'the number of open files is constant');
        // On a loaded machine a server may take longer than the 0.5 s that a check of its role waits; the connection is then replaced.
        self::assertLessThanOrEqual(3, count(array_unique(array_column($samples, 'connections'), SORT_REGULAR)), 'connections are kept');
    }

    /** @dataProvider modes */
    public function testNoConnectionIsOpenedBeforeTheFirstPage(string $mode): void
    {
        $fpm = $this->fpm($mode);
        self::assertSame('', $fpm->process->log(), 'PHP-FPM logged no warning');
        self::assertCount(self::WORKERS, $fpm->workers());
        foreach ($this->servers as $server) {
            self::assertSame(0, $server->acceptedConnections());
        }
        $visitors = $this->visitors();
        $visitors->request($fpm->client, 1);

        self::assertSame([], $visitors->errors, $fpm->process->log());
        self::assertSame([1, 1, 1], $this->connections());
    }

    public function testThePreloadUserMayDifferFromTheUserOfTheWorkers(): void
    {
        if (posix_geteuid() !== 0) {
            $this->markTestSkipped('requires root: only root may set users');
        }
        $visitors = $this->visitors();
        $fpm = $this->fpm('preload', [], 'daemon');
        $visitors->request($fpm->client, 100);

        self::assertSame([], $visitors->errors, $fpm->process->log());
    }

    /** @dataProvider modes */
    public function testAReloadStartsNewWorkersAndClosesTheConnectionsOfTheOldOnes(string $mode): void
    {
        $fpm = $this->fpm($mode);
        $visitors = $this->visitors();
        $visitors->request($fpm->client, 100);
        $old = $fpm->workers();

        $fpm->reload();
        self::assertSame([], array_intersect($old, $fpm->workers()));
        self::assertSame([0, 0, 0], $this->connections());
        $visitors->request($fpm->client, 100);

        self::assertSame([], $visitors->errors, $fpm->process->log());
        self::assertSame([], array_diff($this->connections(), range(1, self::WORKERS)));
    }

    /**
     * PHP runs no destructors after `memory` and `error`.
     *
     * @testWith ["memory"]
     *           ["exception"]
     *           ["error"]
     *           ["exit"]
     */
    public function testAPageThatEndsEarlyLeavesNoConnectionOfItsOwnOpen(string $end): void
    {
        $fpm = $this->fpm('enabled', ['pm.max_children' => '1', 'pm.max_requests' => '0'], page: __DIR__ . '/programs/terminating_page.php');
        $parameters = ['PACKAGE' => $this->package->folder, 'CONFIG' => json_encode($this->nodes())];
        (new Client($this->nodes(), shared: false))->command('SET', 'key', 'value');
        for ($i = 0; $i < 20; $i++) {
            self::assertStringContainsString(
                ['memory' => 'Allowed memory size', 'exception' => 'uncaught exception', 'error' => 'of the user', 'exit' => 'bye'][$end],
                $fpm->client->get($parameters + ['END' => $end]),
            );
        }

        self::assertSame('value', $fpm->client->get($parameters + ['END' => '']));
        foreach ($this->connections() as $count) {
            self::assertLessThanOrEqual(1, $count, 'the connection that pages share');
        }
    }

    /** @param array<string, string> $pool */
    private function fpm(string $mode, array $pool = [], string $preloadUser = 'nobody', string $page = self::PAGE): PhpFpm
    {
        $library = $this->libraries->folderOfTestedLibrary();
        if ($mode === 'enabled') {
            $pool += ['env[REDISCLUSTER_LIBRARY]' => "$library/librediscluster.so.1"];
            return new PhpFpm($page, ['ffi.enable' => '1'], $pool, ['REDISCLUSTER_LIBRARY' => null]);
        }
        $ini = Readme::preloadSettings($this->package->folder, posix_geteuid() === 0 ? $preloadUser : null);
        return new PhpFpm($page, $ini, $pool, ['LD_LIBRARY_PATH' => $library, 'REDISCLUSTER_LIBRARY' => '/nowhere/x.so']);
    }

    private function visitors(): PageLoad
    {
        return new PageLoad($this->package->folder, $this->nodes());
    }

    /** @return array{nodes: array<string, mixed>, hash_tag: string} with hash_tag, so that both classes share their connections */
    private function nodes(): array
    {
        $nodes = array_map(static fn (RestartableRedisServer $server): array => ['host' => '127.0.0.1', 'port' => $server->port], $this->servers);
        // A breaker would let pages fail for a moment after the server is back.
        return ['nodes' => $nodes, 'hash_tag' => 'strip', 'breaker_failures' => 0];
    }

    /** @return list<int> the number of connections of each server */
    private function connections(): array
    {
        return array_map(static fn (RestartableRedisServer $server): int => count($server->connectionIds()), array_values($this->servers));
    }
}
