<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\BuiltInWebServer;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\InstalledPackage;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Readme;
use RedisCluster\Tests\Support\TestLibraries;

/** The settings in README.md, on the command line and in a server. Only a server enforces ffi.enable=preload. */
final class PreloadTest extends ClusterTestCase
{
    private const HELLO = __DIR__ . '/programs/hello.php';

    private TestLibraries $libraries;
    private InstalledPackage $package;

    protected function setUp(): void
    {
        parent::setUp();
        $this->libraries = new TestLibraries();
        $this->package = new InstalledPackage();
    }

    public function testPreloadingWorksOnTheCommandLine(): void
    {
        $options = [...$this->preload(self::otherUser()), '-d', 'opcache.enable_cli=1'];
        [, $output] = Php::run(self::HELLO, [], $options, $this->onlyForPreloading());

        self::assertStringStartsWith('["hello"', $output);
    }

    /** @dataProvider users */
    public function testPreloadingWorksInAServer(?string $user): void
    {
        $server = $this->server($this->preload($user), $this->onlyForPreloading());
        $first = $server->get();

        self::assertStringStartsWith('["hello"', $first);
        self::assertSame($first, $server->get(), 'the second request uses the connections of the first');
    }

    public static function users(): iterable
    {
        yield 'preload_user is the current user' => [posix_getpwuid(posix_geteuid())['name']];
        yield 'preload_user is another user; not set without root, which it requires' => [self::otherUser()];
    }

    public function testSessionsAndCachesWorkWithPreloading(): void
    {
        $page = __DIR__ . '/programs/visit_counter.php';
        $server = new BuiltInWebServer(self::freePort(), $page, $this->preload(self::otherUser()), $this->onlyForPreloading());

        self::assertSame(['[1,1]', '[2,2]', '[3,3]'], [$server->get(), $server->get(), $server->get()]);
    }

    public function testFfiEnablePreloadWithoutPreloadingIsReported(): void
    {
        $output = $this->server(['-d', 'ffi.enable=preload'])->get();

        self::assertStringStartsWith('RedisCluster\LibraryException: php.ini forbids FFI here (ffi.enable=preload, SAPI cli-server). Start the built-in web server as `php -d ffi.enable=1 -S', $output);
    }

    public function testFfiEnabledForAllScriptsNeedsNoPreloading(): void
    {
        $server = $this->server(['-d', 'ffi.enable=1']);
        $first = $server->get();

        self::assertStringStartsWith('["hello"', $first);
        self::assertSame($first, $server->get(), 'the second request uses the connections of the first');
    }

    /**
     * @param list<string> $options
     * @param array<string, ?string> $environment
     */
    private function server(array $options, array $environment = []): BuiltInWebServer
    {
        return new BuiltInWebServer(self::freePort(), self::HELLO, $options, $environment);
    }

    /** @return list<string> the settings in README.md as options of php */
    private function preload(?string $user): array
    {
        $options = [];
        foreach (Readme::preloadSettings($this->package->folder, $user) as $name => $value) {
            array_push($options, '-d', "$name=$value");
        }
        return $options;
    }

    /** Only root may set a user. */
    private static function otherUser(): ?string
    {
        return posix_geteuid() === 0 ? 'nobody' : null;
    }

    /** @return array<string, ?string> an environment in which preloading finds the library and FFI::cdef() does not */
    private function onlyForPreloading(): array
    {
        return ['LD_LIBRARY_PATH' => $this->libraries->folderOfTestedLibrary(), 'REDISCLUSTER_LIBRARY' => '/nowhere/x.so'];
    }
}
