<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\TestLibraries;

/** Where the package looks for the library, and the errors if it cannot be used. */
final class LibraryTest extends ClusterTestCase
{
    private const HELLO = __DIR__ . '/programs/hello.php';

    private TestLibraries $libraries;

    protected function setUp(): void
    {
        parent::setUp();
        $this->libraries = new TestLibraries();
    }

    public function testTheLibraryIsFoundByTheEnvironmentVariable(): void
    {
        self::assertStringStartsWith('["hello"', Php::run(self::HELLO)[1]);
    }

    public function testTheLibraryIsFoundByTheSystemsLoader(): void
    {
        $environment = ['REDISCLUSTER_LIBRARY' => null, 'LD_LIBRARY_PATH' => $this->libraries->folderOfTestedLibrary()];

        self::assertStringStartsWith('["hello"', Php::run(self::HELLO, environment: $environment)[1]);
    }

    public function testAMissingFfiExtensionIsReported(): void
    {
        [, $output] = Php::run(self::HELLO, options: ['-n']);

        self::assertStringStartsWith('RedisCluster\LibraryException: The PHP extension ffi is not loaded.', $output);
        self::assertStringContainsString('extension=ffi', $output);
    }

    public function testAnIniFileThatDisablesFfiIsReportedWithAdvice(): void
    {
        [, $output] = Php::run(self::HELLO, options: ['-d', 'ffi.enable=0']);

        self::assertStringStartsWith('RedisCluster\LibraryException: php.ini forbids FFI here (ffi.enable=0, SAPI cli).', $output);
        foreach (['ffi.preload=', 'opcache.preload=', 'opcache.preload_user=', 'ffi.enable=1'] as $advice) {
            self::assertStringContainsString($advice, $output);
        }
    }

    public function testAMissingLibraryIsReportedWithTheTriedPaths(): void
    {
        [, $output] = Php::run(self::HELLO, environment: ['REDISCLUSTER_LIBRARY' => null, 'LD_LIBRARY_PATH' => null]);

        self::assertStringStartsWith('RedisCluster\LibraryException: librediscluster.so.1 cannot be loaded. Tried:', $output);
        self::assertStringContainsString(dirname(__DIR__) . '/lib/librediscluster.so.1: no such file', $output);
        self::assertStringContainsString("\n  librediscluster.so.1: not found by the system's loader", $output);
        self::assertStringContainsString('REDISCLUSTER_LIBRARY', $output);
    }

    public function testOnlyTheLibraryOfTheEnvironmentVariableIsTried(): void
    {
        $environment = ['REDISCLUSTER_LIBRARY' => '/nowhere/x.so', 'LD_LIBRARY_PATH' => $this->libraries->folderOfTestedLibrary()];
        [, $output] = Php::run(self::HELLO, environment: $environment);

        self::assertStringContainsString('/nowhere/x.so: no such file', $output);
        self::assertStringNotContainsString('lib/librediscluster.so.1', $output);
    }

    public function testAFileThatIsNotALibraryIsReported(): void
    {
        $file = $this->libraries->writeTextFile('text');
        [, $output] = Php::run(self::HELLO, environment: ['REDISCLUSTER_LIBRARY' => $file]);

        self::assertStringContainsString("$file: Failed loading", $output);
        self::assertStringContainsString("`ldd $file` may show the reason", $output);
    }

    public function testAnotherLibraryIsReported(): void
    {
        $file = $this->libraries->compile('other', 'int other(void) { return 1; }');
        [, $output] = Php::run(self::HELLO, environment: ['REDISCLUSTER_LIBRARY' => $file]);

        self::assertStringContainsString("$file: Failed resolving C function 'rediscluster_version'", $output);
    }

    public function testAnOlderLibraryWithTheSameAbiIsReported(): void
    {
        $file = $this->libraries->compile('older', <<<'C'
            #include <stdint.h>
            const char *rediscluster_version(void) { return "0.1.0"; }
            uint32_t rediscluster_abi_version(void) { return 1; }
            C);

        [, $output] = Php::run(self::HELLO, environment: ['REDISCLUSTER_LIBRARY' => $file]);
        self::assertStringContainsString('the library is older than this package. Install the library and the package of the same release.', $output);
    }

    public function testALibraryWithAnotherPhpInterfaceIsReportedWithBothNumbers(): void
    {
        $file = $this->libraries->compile('interface', <<<'C'
            #include <stdint.h>
            const char *rediscluster_version(void) { return "9.8.7"; }
            uint32_t rediscluster_abi_version(void) { return 1; }
            uint32_t rediscluster_php_interface_version(void) { return 7; }
            C);
        [, $output] = Php::run(self::HELLO, environment: ['REDISCLUSTER_LIBRARY' => $file]);

        self::assertStringStartsWith(
            "RedisCluster\\LibraryException: The library ($file) has PHP interface 7, this package needs PHP interface 1:",
            $output,
        );
    }

    public function testALibraryWithAnotherAbiIsReportedWithBothNumbers(): void
    {
        $file = $this->libraries->compile('abi', <<<'C'
            const char *rediscluster_version(void) { return "9.8.7"; }
            unsigned rediscluster_abi_version(void) { return 2; }
            C);
        [, $output] = Php::run(self::HELLO, environment: ['REDISCLUSTER_LIBRARY' => $file]);

        self::assertStringStartsWith(
            "RedisCluster\\LibraryException: The library ($file, version 9.8.7) has ABI 2, this package needs ABI 1:",
            $output,
        );
    }
}
