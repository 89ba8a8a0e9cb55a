<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** The package as Composer installs it. */
final class PackageTest extends ClusterTestCase
{
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

    public function testComposerFindsNoFault(): void
    {
        [$status, $output] = $this->composer(dirname(__DIR__), 'validate', '--strict');

        self::assertSame(0, $status, $output);
    }

    public function testInstalledPackageWorks(): void
    {
        file_put_contents("$this->project/composer.json", json_encode([
            'repositories' => [
                ['type' => 'path', 'url' => dirname(__DIR__), 'options' => ['symlink' => false]],
                ['packagist.org' => false],
            ],
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

    /** @return array{int, string} */
    private function composer(string $folder, string ...$arguments): array
    {
        return Php::command(['composer', '--no-interaction', ...$arguments], $folder, ['COMPOSER_ALLOW_SUPERUSER' => '1', 'COMPOSER_CACHE_DIR' => '/dev/null']);
    }
}
