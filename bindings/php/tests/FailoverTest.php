<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\InstalledPackage;
use RedisCluster\Tests\Support\PhpFpm;
use RedisCluster\Tests\Support\RestartableRedisServer;
use RedisCluster\Tests\Support\TestLibraries;

/** Pages of PHP-FPM whose workers go on after a replica was promoted. */
final class FailoverTest extends ClusterTestCase
{
    /** @var list<RestartableRedisServer> a master and its replica */
    private array $servers;
    private Client $replica;
    private PhpFpm $fpm;
    private InstalledPackage $package;
    private TestLibraries $libraries;
    /** @var array<string, string> */
    private array $parameters;

    protected function setUp(): void
    {
        $this->servers = [new RestartableRedisServer(self::freePort()), new RestartableRedisServer(self::freePort())];
        $master = $this->bare(0);
        $this->replica = $this->bare(1);
        $master->command('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
        $this->replica->command('REPLICAOF', '127.0.0.1', $this->servers[0]->port);
        self::assertSame(1, $master->command('WAIT', 1, 20_000), 'the number of connected replicas');
        $this->package = new InstalledPackage();
        $this->libraries = new TestLibraries();
        $this->parameters = ['PACKAGE' => $this->package->folder, 'CONFIG' => json_encode([
            'nodes' => ['node_1' => $this->node(0), 'node_2' => $this->node(1)],
            'master_of' => ['node_1' => 'node_2'],
            'refresh_interval' => 0.05,
            'timeout' => 5,
        ])];
        $library = $this->libraries->folderOfTestedLibrary() . '/librediscluster.so.1';
        $pool = ['pm.max_children' => '2', 'pm.max_requests' => '0', 'env[REDISCLUSTER_LIBRARY]' => $library];
        $this->fpm = new PhpFpm(__DIR__ . '/programs/failover_page.php', ['ffi.enable' => '1'], $pool, ['REDISCLUSTER_LIBRARY' => null]);
    }

    protected function tearDown(): void
    {
        $this->servers = [];
    }

    public function testWorkersWriteToThePromotedReplicaWithoutARestart(): void
    {
        $workers = $this->fpm->workers();
        foreach (range(1, 20) as $number) {
            self::assertSame('OK', $this->visit("before $number")['reply']);
        }
        $this->servers[0]->kill();
        self::assertStringContainsString('node_1', $this->visit('lost')['reply']);
        $this->replica->command('REPLICAOF', 'NO', 'ONE');

        $start = microtime(true);
        $pages = 0;
        while ($this->visit('first')['reply'] !== 'OK') {
            self::assertLessThan(60, microtime(true) - $start, 'writes do not go on');
            $pages++;
        }
        fprintf(STDERR, "PHP-FPM: writes go on %.3f s after the promotion, %d pages failed\n", microtime(true) - $start, $pages);
        $seen = [];
        while (count($seen) < 2) {
            $visit = $this->visit('last');
            if ($visit['reply'] === 'OK') {
                $seen[$visit['worker']] = true;
            }
            self::assertLessThan(60, microtime(true) - $start, 'a worker does not write');
        }

        self::assertSame('last', $this->replica->command('GET', 'page'));
        self::assertSame($workers, $this->fpm->workers(), 'no worker was restarted');
        self::assertEqualsCanonicalizing($workers, array_keys($seen));
    }

    /** @return array{worker: int, reply: string} */
    private function visit(string $value): array
    {
        $page = $this->fpm->client->get($this->parameters + ['VALUE' => $value]);
        self::assertJson($page, $this->fpm->process->log());
        return json_decode($page, true);
    }

    /** @return array<string, mixed> */
    private function node(int $number): array
    {
        return ['host' => '127.0.0.1', 'port' => $this->servers[$number]->port];
    }

    /** A client that sends what it is told, also to a replica. */
    private function bare(int $number): Client
    {
        return new Client(['nodes' => ['node_1' => $this->node($number)], 'refresh_interval' => 0, 'read_timeout' => 30], shared: false);
    }
}
