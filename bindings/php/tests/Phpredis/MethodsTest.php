<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use PHPUnit\Framework\TestCase;
use RedisCluster\Compat\Redis;
use RedisCluster\Phpredis\MethodTable;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\Signature;

/** The list of methods. */
final class MethodsTest extends TestCase
{
    /**
     * @testWith ["5.3"]
     *           ["6"]
     */
    public function testEveryMethodOfPhpredisExists(string $version): void
    {
        $methods = preg_replace('/\(.*/', '', file(__DIR__ . "/fixtures/phpredis-$version.txt", FILE_IGNORE_NEW_LINES));
        self::assertSame([], array_values(array_diff(array_map(strtolower(...), $methods), self::methods())));
    }

    /** @requires extension redis */
    public function testEveryMethodOfTheInstalledExtensionExists(): void
    {
        $methods = array_filter(get_class_methods(\Redis::class), static fn (string $name): bool => !str_starts_with($name, '__'));
        self::assertSame([], array_diff(array_map(strtolower(...), $methods), self::methods()));
    }

    public function testTheGeneratedMethodsAreUpToDate(): void
    {
        self::assertSame([0, ''], Php::run(dirname(__DIR__, 2) . '/tools/command_methods.php', ['--check']), 'run `make generated`');
    }

    public function testEveryMethodOfTheTableIsDeclared(): void
    {
        self::assertSame([], array_diff(array_keys(MethodTable::all()), self::methods()));
    }

    /** Parameters may be called by phpredis' names, and accept what phpredis accepts. */
    public function testEveryMethodHasTheParametersOfPhpredis6(): void
    {
        foreach (Signature::ofFile(__DIR__ . '/fixtures/phpredis-6.txt') as $name => $theirs) {
            if (!in_array($name, ['flushDB', 'flushAll'], true)) { // $async of phpredis 5.3; phpredis 6 has $sync, its opposite
                $ours = Signature::of(new \ReflectionMethod(RedisCluster::class, $name));
                self::assertSame([], $ours->missing($theirs), $name);
            }
        }
    }

    /** @requires extension redis */
    public function testEveryMethodTakesTheNumberOfArgumentsOfTheInstalledExtension(): void
    {
        foreach ((new \ReflectionClass(\Redis::class))->getMethods() as $method) {
            if (in_array($method->getName(), ['__construct', '__destruct', 'unsubscribe', 'punsubscribe'], true)) {
                continue; // phpredis 5.3 declares more parameters for the last two than they accept
            }
            $ours = new \ReflectionMethod(RedisCluster::class, $method->getName());
            $names = "{$method->getName()}: $ours";
            self::assertLessThanOrEqual($method->getNumberOfRequiredParameters(), $ours->getNumberOfRequiredParameters(), $names);
            self::assertTrue($ours->isVariadic() || $ours->getNumberOfParameters() >= $method->getNumberOfParameters(), $names);
        }
    }

    public function testArgumentsMayBeNamed(): void
    {
        $redis = self::redis();
        self::assertTrue($redis->set(value: 'x', key: 'named'));
        self::assertSame(1, $redis->hSet('named:hash', 'field', '5'));
        self::assertSame('5', $redis->hGet(member: 'field', key: 'named:hash'));
        self::assertTrue($redis->expire('named', timeout: 100, mode: 'NX'));
        foreach ([self::redis(), new Redis(json_decode((string) getenv('REDISCLUSTER_CONFIG'), true))] as $object) {
            try {
                $object->del('named', other: 'key');
                self::fail('an unknown name was ignored');
            } catch (\Error $error) {
                self::assertStringContainsString('del() does not take named arguments', $error->getMessage());
            }
        }
        $this->expectExceptionMessage('Unknown named parameter $kye');
        $redis->hGet(kye: 'named:hash', member: 'field');
    }

    public function testMethodsCanBeMocked(): void
    {
        $mock = $this->createMock(RedisCluster::class);
        $mock->method('hGet')->willReturn('mocked');
        $mock->expects(self::once())->method('lPush')->with('list', 'element')->willReturn(1);
        self::assertSame('mocked', $mock->hGet('key', 'field'));
        self::assertSame(1, $mock->lPush('list', 'element'));
        self::assertNull($mock->sCard('set'));
    }

    public function testUndefinedMethodsAreErrors(): void
    {
        self::assertFalse(method_exists(RedisCluster::class, 'hGets'));
        self::assertFalse(is_callable([self::redis(), 'hGets']));
        $this->expectException(\Error::class);
        $this->expectExceptionMessage('Call to undefined method RedisCluster\RedisCluster::hGets()');
        self::redis()->hGets('key');
    }

    public function testNoMethodIsInTheTableTwice(): void
    {
        $names = [];
        foreach (glob(__DIR__ . '/../../src/Phpredis/Methods/*.php') as $file) {
            $names = [...$names, ...array_keys(constant('RedisCluster\\Phpredis\\Methods\\' . basename($file, '.php') . '::TABLE'))];
        }
        self::assertSame(array_unique($names), $names);
        self::assertCount(count($names), MethodTable::all(), 'MethodTable::all() omits a family');
    }

    public function testTheFunctionsNamedInTheTableExist(): void
    {
        foreach (MethodTable::all() as $name => [, $arguments, $reply]) {
            foreach (array_filter([$arguments, $reply], is_array(...)) as $function) {
                self::assertTrue(is_callable($function), "$name: " . implode('::', $function));
            }
            self::assertSame(strtolower($name), $name);
        }
    }

    /** @requires extension redis */
    public function testTheConstantsEqualThoseOfTheInstalledExtension(): void
    {
        $constants = (new \ReflectionClass(\Redis::class))->getConstants();
        $ours = (new \ReflectionClass(RedisCluster::class))->getConstants();
        // The lowest level is 1, as in phpredis 5.3: a level below means the default. phpredis 6 also has the negative levels of zstd.
        self::assertSame(1, $ours['COMPRESSION_ZSTD_MIN']);
        $constants['COMPRESSION_ZSTD_MIN'] = 1;
        self::assertSame($constants, array_intersect_key(array_replace($constants, $ours), $constants));
        self::assertSame([], array_diff_key($constants, $ours));
    }

    /** @return list<string> in lower case */
    private static function methods(): array
    {
        return array_map(strtolower(...), get_class_methods(RedisCluster::class));
    }

    private static function redis(): RedisCluster
    {
        return new RedisCluster(json_decode((string) getenv('REDISCLUSTER_CONFIG'), true));
    }
}
