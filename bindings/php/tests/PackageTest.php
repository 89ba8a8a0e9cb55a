<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\PhpFpm;

/** The package as Composer installs it. */
final class PackageTest extends ClusterTestCase
{
    private const PACKAGE = __DIR__ . '/..';
    private const PROJECT = __DIR__ . '/../../..';

    private string $project;
    /** @var array<string, ?string> changes of the environment */
    private array $environment = [];

    protected function setUp(): void
    {
        parent::setUp();
        $this->project = sys_get_temp_dir() . '/rediscluster-project-' . bin2hex(random_bytes(6));
        mkdir($this->project);
    }

    protected function tearDown(): void
    {
        Php::command(['rm', '-rf', $this->project]);
    }

    /** @dataProvider packages */
    public function testComposerValidatesThePackage(string $folder): void
    {
        [$status, $output] = $this->composer($folder, 'validate', '--strict');

        self::assertSame(0, $status, $output);
    }

    public static function packages(): iterable
    {
        yield 'the package' => [self::PACKAGE];
        yield 'the repository, which Composer reads for a package from Git' => [self::PROJECT];
    }

    public function testBothComposerFilesDefineTheSamePackage(): void
    {
        $package = self::definition(self::PACKAGE);
        foreach (['autoload', 'autoload-dev'] as $part) {
            $package[$part]['psr-4'] = array_map(static fn (string $folder): string => "bindings/php/$folder", $package[$part]['psr-4']);
        }
        if (isset($package['bin'])) {
            $package['bin'] = array_map(static fn (string $file): string => "bindings/php/$file", $package['bin']);
        }

        self::assertSame($package, self::definition(self::PROJECT));
    }

    public function testThePackageCanBeInstalledFromItsFolder(): void
    {
        $this->assertInstalls(['type' => 'path', 'url' => self::PACKAGE, 'options' => ['symlink' => false]]);
    }

    public function testThePackageCanBeInstalledFromTheGitRepository(): void
    {
        $this->assertInstalls(['type' => 'vcs', 'url' => $this->gitRepository()]);
    }

    private function gitRepository(): string
    {
        $repository = "$this->project/repository";
        mkdir("$repository/bindings", recursive: true);
        Php::command(['cp', '-r', self::PROJECT . '/composer.json', $repository]);
        Php::command(['cp', '-r', self::PACKAGE, "$repository/bindings/php"]);
        foreach (['init --quiet', 'add .', '-c user.name=x -c user.email=x@localhost commit --quiet --message=x'] as $command) {
            [$status, $output] = Php::command(['git', ...explode(' ', $command)], $repository, ['GIT_CONFIG_GLOBAL' => '/dev/null']);
            self::assertSame(0, $status, $output);
        }
        return $repository;
    }

    public function testAnArchiveOfTheRepositoryHasThePackageOnly(): void
    {
        [$status, $output] = Php::command(['git', 'archive', '--worktree-attributes', '--format=tar', '--output', "$this->project/archive.tar", 'HEAD'], self::PROJECT);
        self::assertSame(0, $status, $output);
        [, $files] = Php::command(['tar', 'tf', "$this->project/archive.tar"]);
        $folders = array_map(static fn (string $file): string => preg_replace('~^(bindings/php/[^/]+/?|[^/]+/?).*~', '$1', $file), explode("\n", trim($files)));
        self::assertEqualsCanonicalizing([
            'LICENSE', 'composer.json', 'bindings/', 'bindings/php/README.md', 'bindings/php/autoload.php', 'bindings/php/bin/', 'bindings/php/composer.json',
            'bindings/php/docs/', 'bindings/php/examples/', 'bindings/php/include/', 'bindings/php/preload.php', 'bindings/php/redis-constants.php',
            'bindings/php/src/', 'bindings/php/wordpress/',
        ], array_values(array_unique($folders)));
    }

    /** @dataProvider repositories */
    public function testAPageRunsUnderPhpFpmWithoutRustAndWithoutALibraryOfTheSystem(string $type): void
    {
        $this->environment = ['PATH' => '/usr/local/bin:/usr/bin:/bin', 'REDISCLUSTER_LIBRARY' => null, 'LD_LIBRARY_PATH' => null];
        self::assertNotSame(0, Php::command(['sh', '-c', 'command -v cargo || command -v rustc'], null, $this->environment)[0]);
        $dist = $this->dist();
        $this->install($type === 'path' ? ['type' => 'path', 'url' => self::PACKAGE, 'options' => ['symlink' => false]] : ['type' => 'vcs', 'url' => $this->gitRepository()]);
        Php::command(['rm', '-rf', ...glob("$this->project/vendor/rediscluster/rediscluster/lib")]);
        $installer = "$this->project/vendor/bin/rediscluster-library";
        [$status, $output] = Php::run($installer, [$dist], [], $this->environment);
        self::assertSame(0, $status, $output);
        self::assertSame([0, 'OK'], Php::run("$this->project/hello.php", [], [], $this->environment));
        Php::command(['chmod', '-R', 'a+rX', $this->project]);
        $page = str_replace('__DIR__', var_export($this->project, true), file_get_contents("$this->project/hello.php"));
        file_put_contents("$this->project/page.php", $page);
        $pool = ['env[REDISCLUSTER_CONFIG]' => "'" . json_encode(self::config()) . "'"];
        $fpm = new PhpFpm("$this->project/page.php", ['ffi.enable' => '1'], $pool, $this->environment);
        self::assertSame('OK', $fpm->client->get(), $fpm->process->log());
    }

    /** @return iterable<array{string}> */
    public static function repositories(): iterable
    {
        yield ['path'];
        yield ['vcs'];
    }

    public function testAPrebuiltLibraryWithAnotherChecksumIsNotInstalled(): void
    {
        $package = "$this->project/package";
        Php::command(['cp', '-r', self::PACKAGE, $package]);
        Php::command(['rm', '-rf', "$package/lib"]);
        $dist = $this->dist();
        $library = glob("$dist/*.so")[0];
        $run = fn (string ...$arguments): array => Php::run("$package/bin/rediscluster-library", $arguments, [], ['REDISCLUSTER_LIBRARY' => null]);
        self::assertStringContainsString('has the checksum', $run($dist, '--sha256=' . str_repeat('a', 64))[1]);
        self::assertSame(0, $run($dist, '--sha256=' . hash_file('sha256', $library))[0]);
        Php::command(['rm', '-rf', "$package/lib"]);
        file_put_contents($library, 'x', FILE_APPEND);
        [$status, $output] = $run($dist);
        self::assertSame(1, $status);
        self::assertStringContainsString('it is not installed', $output);
        self::assertSame([], glob("$package/lib/*/*"));
        self::assertStringContainsString('SHA256SUMS cannot be read', $run("$dist/none")[1]);
        file_put_contents("$dist/SHA256SUMS", str_replace(php_uname('m'), 'vax', file_get_contents("$dist/SHA256SUMS")));
        self::assertStringContainsString('has no library for ' . php_uname('m'), $run($dist)[1]);
        self::assertSame(2, $run()[0]);
    }

    public function testTheDebianPackagesHaveTheLibraryAndThePackageWherePhpAndTheLoaderLook(): void
    {
        $packages = glob($this->build('deb') . '/*.deb');
        self::assertCount(2, $packages);
        $root = "$this->project/installed";
        foreach ($packages as $package) {
            [$status, $output] = Php::command(['dpkg-deb', '-x', $package, $root]);
            self::assertSame(0, $status, $output);
        }
        [$library] = glob("$root/usr/lib/*/librediscluster.so.1");
        $environment = ['REDISCLUSTER_LIBRARY' => null, 'LD_LIBRARY_PATH' => dirname($library)];
        $page = <<<'PHP'
            <?php
            require 'rediscluster/autoload.php';
            echo (new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG')))->command('SET', 'foo', 'bar');
            PHP;
        file_put_contents("$this->project/hello.php", $page);
        self::assertSame([0, 'OK'], Php::run("$this->project/hello.php", [], ['-d', "include_path=$root/usr/share/php"], $environment));
        [$status, $output] = Php::run("$root/usr/bin/rediscluster-doctor", ['--no-fpm'], [], $environment);
        self::assertSame(0, $status, $output);
    }

    /** A folder as `make dist` makes it, with the tested library. */
    private function dist(): string
    {
        return $this->build('dist');
    }

    /** The folder that a script of the project fills, run in a copy of what it needs, with the tested library. */
    private function build(string $script): string
    {
        $root = "$this->project/root";
        mkdir("$root/target/release", recursive: true);
        mkdir("$root/scripts");
        mkdir("$root/bindings");
        Php::command(['cp', '-r', self::PACKAGE, "$root/bindings/php"]);
        copy((string) getenv('REDISCLUSTER_LIBRARY'), "$root/target/release/librediscluster.so");
        foreach (['Cargo.toml', 'LICENSE', "scripts/$script"] as $file) {
            copy(self::PROJECT . "/$file", "$root/$file");
        }
        [$status, $output] = Php::command(['bash', "$root/scripts/$script"]);
        self::assertSame(0, $status, $output);
        return "$root/target/$script";
    }

    /** @param array<string, mixed> $repository */
    private function assertInstalls(array $repository): void
    {
        $this->install($repository);
        self::assertSame([0, 'OK'], Php::run("$this->project/hello.php"));
        [$status, $output] = Php::run("$this->project/vendor/bin/rediscluster-doctor", ['--no-fpm']);
        self::assertSame(0, $status, $output);
    }

    /** @param array<string, mixed> $repository */
    private function install(array $repository): void
    {
        file_put_contents("$this->project/hello.php", <<<'PHP'
            <?php
            require __DIR__ . '/vendor/autoload.php';
            echo (new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG')))->command('SET', 'foo', 'bar');
            PHP);

        foreach ([
            ['init', '--name=test/project'],
            ['config', 'repositories.packagist.org', 'false'],
            ['config', 'repositories.rediscluster', json_encode($repository)],
            ['require', 'rediscluster/rediscluster:*@dev'],
        ] as $command) {
            [$status, $output] = $this->composer($this->project, ...$command);
            self::assertSame(0, $status, $output);
        }
    }

    /** @return array<string, mixed> */
    private static function definition(string $folder): array
    {
        return json_decode(file_get_contents("$folder/composer.json"), true, flags: JSON_THROW_ON_ERROR);
    }

    /** @return array{int, string} */
    private function composer(string $folder, string ...$arguments): array
    {
        return Php::command(['composer', '--no-interaction', ...$arguments], $folder, $this->environment + ['COMPOSER_ALLOW_SUPERUSER' => '1', 'COMPOSER_CACHE_DIR' => '/dev/null']);
    }
}
