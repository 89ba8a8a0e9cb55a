<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;

/** The code of docs/: the page for plain PHP runs, the others are valid. */
final class DocumentationTest extends ClusterTestCase
{
    private const DOCS = __DIR__ . '/../docs';

    public function testThePageForPlainPhpRuns(): void
    {
        [$code] = self::blocks('plain-php.md');
        [$first, $second] = array_column(array_values(self::config(2)['nodes']), 'port');
        $autoload = dirname(__DIR__) . '/autoload.php';
        $code = strtr($code, ['6379' => $first, '6380' => $second, 'vendor/autoload.php' => $autoload, 'session_start();' => "session_id('test'); session_start();"]);
        $file = tempnam(sys_get_temp_dir(), 'php');
        file_put_contents($file, $code);
        try {
            $ini = ['-d', 'session.use_cookies=0', '-d', 'session.use_only_cookies=0', '-d', 'session.cache_limiter='];
            self::assertSame([0, "Welcome: 1 of 1 visits\n"], Php::run($file, [], $ini));
            self::assertSame([0, "Welcome: 2 of 2 visits\n"], Php::run($file, [], $ini));
        } finally {
            unlink($file);
        }
    }

    /** @dataProvider pages */
    public function testTheCodeOfEveryPageIsValid(string $page): void
    {
        $this->addToAssertionCount(1); // a page can have no code
        foreach (self::blocks($page) as $block) {
            $block = str_starts_with($block, '<?php') ? $block : "<?php return [\n$block\n];";
            try {
                self::assertNotEmpty(token_get_all($block, TOKEN_PARSE));
            } catch (\ParseError) {
                $code = substr($block, strlen("<?php return [\n"), -3);
                self::assertNotEmpty(token_get_all("<?php $code", TOKEN_PARSE), $block);
            }
        }
    }

    /** @dataProvider pages */
    public function testEveryClassThatAPageNamesExists(string $page): void
    {
        $this->addToAssertionCount(1);
        preg_match_all('/\bRedisCluster(?:\\\\[A-Z]\w+)+/', file_get_contents(self::DOCS . "/$page"), $classes);
        foreach (array_unique($classes[0]) as $class) {
            $file = dirname(__DIR__) . '/src/' . strtr(substr($class, strlen('RedisCluster\\')), '\\', '/');
            self::assertTrue(is_file("$file.php") || is_dir($file), "$page names $class");
        }
    }

    /** @return iterable<string, array{string}> */
    public static function pages(): iterable
    {
        foreach (glob(self::DOCS . '/*.md') as $file) {
            yield basename($file) => [basename($file)];
        }
    }

    /** @return list<string> */
    private static function blocks(string $page): array
    {
        preg_match_all('/^```php(?: ignore)?\n(.*?)^```/ms', file_get_contents(self::DOCS . "/$page"), $blocks);
        return $blocks[1];
    }
}
