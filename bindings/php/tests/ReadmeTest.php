<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Readme;

/** The PHP code in README.md works. PreloadTest tests the settings. */
final class ReadmeTest extends ClusterTestCase
{
    public function testTheHashTagExampleWorks(): void
    {
        self::assertResultsInComments(3, self::onTwoNodes(Readme::block('php')));
    }

    public function testTheDropInExampleWorks(): void
    {
        self::assertResultsInComments(9, self::onTwoNodes(Readme::block('php', 1)));
    }

    public function testTheClientExampleWorks(): void
    {
        self::assertResultsInComments(5, self::onTwoNodes(Readme::block('php', 2)));
    }

    public function testTheSessionAndCacheExampleWorks(): void
    {
        $client = "require 'Psr/SimpleCache/autoload.php'; \$client = new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG'));\n";
        self::assertResultsInComments(2, $client . Readme::block('php', 3));

        self::assertCount(1, $this->client->command('KEYS', 'PHPREDIS_SESSION:*'));
        self::assertSame(2, $this->client->command('EXISTS', 'shop:apple', 'shop:pear'));
    }

    public function testTheExampleForCodeThatRequiresPhpredisWorks(): void
    {
        self::assertResultsInComments(5, self::onTwoNodes(Readme::block('php', 4)));
    }

    public function testTheListOfDifferencesIsUpToDate(): void
    {
        $document = file_get_contents(dirname(__DIR__) . '/docs/phpredis.md');
        self::assertSame([0, $document], Php::run(__DIR__ . '/Differential/document.php'), 'run `make generated`');
    }

    private static function onTwoNodes(string $code): string
    {
        [$first, $second] = array_column(array_values(self::config(2)['nodes']), 'port');
        return strtr($code, ['6379' => $first, '6380' => $second]);
    }

    /** Runs code; checks the results that comments at the ends of lines state, and the number of these lines. */
    private static function assertResultsInComments(int $expectedLines, string $code): void
    {
        $autoload = var_export(dirname(__DIR__) . '/autoload.php', true);
        $code = preg_replace('~^(\$(?:client|cache|r)(?:->| instanceof ).*?); +// (.*?)(?:: .*)?$~m', 'check($2, $1);', $code, -1, $count);
        $check = 'function check($stated, $result) { if ($stated !== $result) { var_dump($stated, $result); exit(1); } }';
        self::assertSame($expectedLines, $count);
        self::assertSame([0, ''], Php::command([PHP_BINARY, '-r', "require $autoload; $check $code"]));
    }
}
