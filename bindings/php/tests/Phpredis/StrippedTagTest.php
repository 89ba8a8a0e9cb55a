<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\RedisClusterTestCase;

/** The first key of a process whose hash tag is removed is logged, unless the configuration says what a tag is. */
final class StrippedTagTest extends RedisClusterTestCase
{
    /** @dataProvider calls */
    public function testTheFirstStrippedKeyIsLogged(string $call): void
    {
        $output = self::outputOf('[]', "\$r->get('plain'); \$r->set('{plain}', 1); $call; $call; \$r->get('other{tag}');");
        self::assertSame(1, substr_count($output, 'RedisCluster: the key name{tag} is stored as name, on the node of tag: '), $output);
        self::assertSame(1, substr_count($output, 'is stored as'), $output);
        foreach (['keep', 'strip', 'off'] as $mode) {
            self::assertSame('done', self::outputOf("['hash_tag' => '$mode']", "$call;"));
        }
    }

    /** @return iterable<array{string}> */
    public static function calls(): iterable
    {
        yield ["\$r->get('name{tag}')"];
        yield ["\$r->set('name{tag}', '1')"];
        yield ["\$r->incr('name{tag}')"];
        yield ["\$r->mGet(['name{tag}', 'b'])"];
        yield ["\$r->mSet(['name{tag}' => 1])"];
        yield ["\$r->pipeline()->get('name{tag}')->exec()"];
        yield ["\$r->multi()->set('name{tag}', '1')->exec()"];
        yield ["\$r->del('name{tag}')"];
    }

    public function testOtherClassesLogNothing(): void
    {
        self::assertSame('done', self::outputOf('[]', "\$r->get('name{tag}');", 'Compat\Redis'));
    }

    private static function outputOf(string $config, string $code, string $class = 'RedisCluster'): string
    {
        $file = tempnam(sys_get_temp_dir(), 'php');
        $nodes = var_export(self::config()['nodes'], true);
        $autoload = dirname(__DIR__, 2) . '/autoload.php';
        file_put_contents($file, "<?php require '$autoload'; \$r = new RedisCluster\\$class(['nodes' => $nodes] + $config); $code echo 'done';");
        try {
            return Php::run($file, [], ['-d', 'error_log=', '-d', 'display_errors=0'])[1];
        } finally {
            unlink($file);
        }
    }
}
