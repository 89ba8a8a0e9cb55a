<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use RedisCluster\Compat\Redis;
use RedisCluster\Tests\Support\ClusterTestCase;

/** A test with the classes of frameworks that tests/Frameworks/fetch has unpacked. */
abstract class FrameworkTestCase extends ClusterTestCase
{
    private const ROOT = __DIR__ . '/../../../../target/php-frameworks/root/usr/share/php';

    public static function setUpBeforeClass(): void
    {
        static $isRegistered = false;
        if (!is_dir(self::ROOT)) {
            self::markTestSkipped('the frameworks were not downloaded: run tests/Frameworks/fetch');
        }
        if (!$isRegistered) {
            $isRegistered = true;
            spl_autoload_register(self::load(...));
            require_once self::ROOT . '/Symfony/Contracts/Deprecation/function.php';
            $wrapper = self::ROOT . '/Symfony/Component/Cache/Traits/ValueWrapper.php';
            is_file($wrapper) && require_once $wrapper; // since Symfony 6.4
            require_once self::ROOT . '/Illuminate/Collections/helpers.php';
            require_once self::ROOT . '/Illuminate/Support/helpers.php';
        }
    }

    private static function load(string $class): void
    {
        $path = strtr($class, '\\', '/');
        // Debian's packages of Illuminate\Support\… are in several folders.
        foreach ([$path, ...array_map(
            static fn (string $folder): string => str_replace('Illuminate/Support/', "Illuminate/$folder/", $path),
            ['Collections', 'Macroable', 'Conditionable'],
        )] as $file) {
            if (is_file(self::ROOT . "/$file.php")) {
                require_once self::ROOT . "/$file.php";
                return;
            }
        }
    }

    protected static function redis(): Redis
    {
        return new Redis(array_diff_key(self::config(), ['hash_tag' => 0]));
    }

    /** How many masters store keys: a test that wants several nodes checks that it used them. */
    protected function nodesInUse(): int
    {
        return count(array_filter($this->client->each('DBSIZE')));
    }
}
