<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\InstalledPackage;
use RedisCluster\Tests\Support\Libraries;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Readme;
use RedisCluster\Tests\Support\WebServer;

/** The settings that README.md gives, on the command line and in a server, where ffi.enable=preload is enforced. */
final class PreloadTest extends ClusterTestCase
{
    private const HELLO = __DIR__ . '/programs/hello.php';

    private Libraries $libraries;
    private InstalledPackage $package;

    protected function setUp(): void
    {
        parent::setUp();
        $this->libraries = new Libraries();
        $this->package = new InstalledPackage();
    }

    public function testOnTheCommandLine(): void
    {
        $options = [...$this->preload(self::someUser()), '-d', 'opcache.enable_cli=1'];
        [, $output] = Php::run(self::HELLO, [], $options, $this->onlyForPreloading());

        self::assertStringStartsWith('["hello"', $output);
    }

    /** @dataProvider users */
    public function testInAServer(?string $user): void
    {
        $server = $this->server($this->preload($user), $this->onlyForPreloading());
        $first = $server->get();

        self::assertStringStartsWith('["hello"', $first);
        self::assertSame($first, $server->get(), 'the connections of the first request serve the second');
    }

    public function users(): iterable
    {
        yield 'preload_user is the own user' => [posix_getpwuid(posix_geteuid())['name']];
        yield 'preload_user is another, or not set where only root may set it' => [self::someUser()];
    }

    public function testSessionsAndCachesInAServer(): void
    {
        $page = __DIR__ . '/programs/visits.php';
        $server = new WebServer(self::freePort(), $page, $this->preload(self::someUser()), $this->onlyForPreloading());

        self::assertSame(['[1,1]', '[2,2]', '[3,3]'], [$server->get(), $server->get(), $server->get()]);
    }

    public function testInAServerWithoutPreloading(): void
    {
        $answer = $this->server(['-d', 'ffi.enable=preload'])->get();

        self::assertStringStartsWith('RedisCluster\LibraryException: php.ini forbids FFI here (ffi.enable=preload, SAPI cli-server)', $answer);
    }

    public function testInAServerThatAllowsFfiToAll(): void
    {
        $server = $this->server(['-d', 'ffi.enable=1']);
        $first = $server->get();

        self::assertStringStartsWith('["hello"', $first);
        self::assertSame($first, $server->get(), 'the connections of the first request serve the second');
    }

    /**
     * @param list<string> $options
     * @param array<string, ?string> $environment
     */
    private function server(array $options, array $environment = []): WebServer
    {
        return new WebServer(self::freePort(), self::HELLO, $options, $environment);
    }

    /** @return list<string> the README's settings, as options */
    private function preload(?string $user): array
    {
        $options = [];
        foreach (Readme::preloading($this->package->folder, $user) as $name => $value) {
            array_push($options, '-d', "$name=$value");
        }
        return $options;
    }

    /** Root may name another user; nobody else may name any. */
    private static function someUser(): ?string
    {
        return posix_geteuid() === 0 ? 'nobody' : null;
    }

    /** @return array<string, ?string> an environment in which the loader finds the library and FFI::cdef does not */
    private function onlyForPreloading(): array
    {
        return ['LD_LIBRARY_PATH' => $this->libraries->folderOfReal(), 'REDISCLUSTER_LIBRARY' => '/nowhere/x.so'];
    }
}
