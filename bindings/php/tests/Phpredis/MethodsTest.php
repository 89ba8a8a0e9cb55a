<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use PHPUnit\Framework\TestCase;
use RedisCluster\Phpredis\CommandSignatures;
use RedisCluster\Phpredis\MethodTable;
use RedisCluster\RedisCluster;
use RedisCluster\Tests\Support\Php;

/** The list of methods. */
final class MethodsTest extends TestCase
{
    /**
     * @testWith ["5.3"]
     *           ["6"]
     */
    public function testEveryMethodOfPhpredisExists(string $version): void
    {
        $methods = file(__DIR__ . "/fixtures/phpredis-$version.txt", FILE_IGNORE_NEW_LINES);
        self::assertSame([], array_values(array_diff(array_map(strtolower(...), $methods), self::methods())));
    }

    /** @requires extension redis */
    public function testEveryMethodOfTheInstalledExtensionExists(): void
    {
        $methods = array_filter(get_class_methods(\Redis::class), static fn (string $name): bool => !str_starts_with($name, '__'));
        self::assertSame([], array_diff(array_map(strtolower(...), $methods), self::methods()));
    }

    public function testTheGeneratedSignaturesAreUpToDate(): void
    {
        $package = dirname(__DIR__, 2);
        $signatures = file_get_contents("$package/src/Phpredis/CommandSignatures.php");
        self::assertSame([0, $signatures], Php::run("$package/tools/command_signatures.php"), 'run `make generated`');
    }

    public function testEveryMethodOfTheTableIsAnnotated(): void
    {
        self::assertSame([], array_diff(array_keys(MethodTable::all()), self::annotated(), self::declared()));
    }

    public function testEveryAnnotatedMethodIsInTheTable(): void
    {
        self::assertSame([], array_diff(self::annotated(), array_keys(MethodTable::all())));
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

    public function testNoMethodIsAnnotatedTwice(): void
    {
        self::assertSame(array_unique(self::annotated()), self::annotated());
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
        self::assertSame($constants, array_intersect_key(array_replace($constants, $ours), $constants));
        self::assertSame([], array_diff_key($constants, $ours));
    }

    /** @return list<string> in lower case */
    private static function methods(): array
    {
        return [...array_keys(MethodTable::all()), ...self::declared()];
    }

    /** @return list<string> */
    private static function declared(): array
    {
        return array_map(strtolower(...), get_class_methods(RedisCluster::class));
    }

    /** @return list<string> */
    private static function annotated(): array
    {
        $document = (string) (new \ReflectionClass(CommandSignatures::class))->getDocComment();
        preg_match_all('/@method .*? (\w+)\(/', $document, $found);
        return array_map(strtolower(...), $found[1]);
    }
}
