<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** The package as Composer installs it. */
final class PackageTest extends ClusterTestCase
{
    private const PACKAGE = __DIR__ . '/..';
    private const PROJECT = __DIR__ . '/../../..';

    private string $project;

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

    public function packages(): iterable
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
        $repository = "$this->project/repository";
        mkdir("$repository/bindings", recursive: true);
        Php::command(['cp', '-r', self::PROJECT . '/composer.json', $repository]);
        Php::command(['cp', '-r', self::PACKAGE, "$repository/bindings/php"]);
        foreach (['init --quiet', 'add .', '-c user.name=x -c user.email=x@localhost commit --quiet --message=x'] as $command) {
            [$status, $output] = Php::command(['git', ...explode(' ', $command)], $repository, ['GIT_CONFIG_GLOBAL' => '/dev/null']);
            self::assertSame(0, $status, $output);
        }

        $this->assertInstalls(['type' => 'vcs', 'url' => $repository]);
    }

    /** @param array<string, mixed> $repository */
    private function assertInstalls(array $repository): void
    {
        file_put_contents("$this->project/composer.json", json_encode([
            'repositories' => [$repository, ['packagist.org' => false]],
            'require' => ['rediscluster/rediscluster' => '*@dev'],
        ]));
        file_put_contents("$this->project/hello.php", <<<'PHP'
            <?php
            require __DIR__ . '/vendor/autoload.php';
            echo (new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG')))->command('SET', 'foo', 'bar');
            PHP);

        [$status, $output] = $this->composer($this->project, 'install');
        self::assertSame(0, $status, $output);
        self::assertSame([0, 'OK'], Php::run("$this->project/hello.php"));
        [$status, $output] = Php::run("$this->project/vendor/bin/rediscluster-doctor", ['--no-fpm']);
        self::assertSame(0, $status, $output);
    }

    /** @return array<string, mixed> */
    private static function definition(string $folder): array
    {
        return json_decode(file_get_contents("$folder/composer.json"), true, flags: JSON_THROW_ON_ERROR);
    }

    /** @return array{int, string} */
    private function composer(string $folder, string ...$arguments): array
    {
        return Php::command(['composer', '--no-interaction', ...$arguments], $folder, ['COMPOSER_ALLOW_SUPERUSER' => '1', 'COMPOSER_CACHE_DIR' => '/dev/null']);
    }
}
