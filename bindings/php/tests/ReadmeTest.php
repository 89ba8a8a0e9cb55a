<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Readme;

/** What the README shows works when pasted. PreloadTest runs its settings. */
final class ReadmeTest extends ClusterTestCase
{
    public function testHashTags(): void
    {
        self::assertAnswers(3, self::onTwoNodes(Readme::block('php')));
    }

    public function testTheDropIn(): void
    {
        self::assertAnswers(9, self::onTwoNodes(Readme::block('php', 1)));
    }

    public function testUse(): void
    {
        self::assertAnswers(5, self::onTwoNodes(Readme::block('php', 2)));
    }

    public function testSessionsAndCaches(): void
    {
        $client = "require 'Psr/SimpleCache/autoload.php'; \$client = new RedisCluster\Client(getenv('REDISCLUSTER_CONFIG'));\n";
        self::assertAnswers(2, $client . Readme::block('php', 3));

        self::assertCount(1, $this->client->command('KEYS', 'PHPREDIS_SESSION:*'));
        self::assertSame(2, $this->client->command('EXISTS', 'shop:apple', 'shop:pear'));
    }

    public function testTheDocumentOfDifferencesIsWhatTheTestsAllow(): void
    {
        $document = file_get_contents(dirname(__DIR__) . '/docs/phpredis.md');
        self::assertSame([0, $document], Php::run(__DIR__ . '/Oracle/document.php'), 'make generated writes it anew');
    }

    private static function onTwoNodes(string $code): string
    {
        [$first, $second] = array_column(array_values(self::config(2)['nodes']), 'port');
        return strtr($code, ['6379' => $first, '6380' => $second]);
    }

    /** Runs code; each line that says what it answers is held to it. */
    private static function assertAnswers(int $lines, string $code): void
    {
        $autoload = var_export(dirname(__DIR__) . '/autoload.php', true);
        $code = preg_replace('~^(\$(?:client|cache|r)->.*?); +// (.*?)(?:: .*)?$~m', 'check($2, $1);', $code, -1, $count);
        $check = 'function check($said, $answer) { if ($said !== $answer) { var_dump($said, $answer); exit(1); } }';
        self::assertSame($lines, $count);
        self::assertSame([0, ''], Php::command([PHP_BINARY, '-r', "require $autoload; $check $code"]));
    }
}
