<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use PHPUnit\Framework\TestCase;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\Php;

final class ConstantsTest extends TestCase
{
    private const FILE = __DIR__ . '/../../redis-constants.php';

    public function testTheClassHasTheConstantsOfPhpredis(): void
    {
        self::assertSame([1, 2, 6], [RedisCluster::MULTI, RedisCluster::OPT_PREFIX, RedisCluster::REDIS_STREAM]);
    }

    public function testRedisConstantsDefinesAClassRedisWithoutTheExtension(): void
    {
        $code = 'require $argv[1]; require $argv[1]; echo Redis::MULTI, Redis::OPT_PREFIX, count(get_class_methods("Redis"));';
        self::assertSame([0, '120'], Php::command([PHP_BINARY, '-n', '-r', $code, realpath(self::FILE)]));
    }

    public function testAutoloadAloneDefinesNoClassRedis(): void
    {
        $code = 'require $argv[1]; class_exists("RedisCluster\RedisCluster"); var_export(class_exists("Redis"));';
        self::assertSame([0, 'false'], Php::command([PHP_BINARY, '-n', '-r', $code, realpath(__DIR__ . '/../../autoload.php')]));
    }

    /** @requires extension redis */
    public function testRedisConstantsDoesNothingWithTheExtension(): void
    {
        $code = 'require $argv[1]; var_export(method_exists("Redis", "connect"));';
        self::assertSame([0, 'true'], Php::command([PHP_BINARY, '-r', $code, realpath(self::FILE)]));
    }
}
