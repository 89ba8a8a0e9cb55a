<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Frameworks;

use RedisCluster\Client;
use RedisCluster\Tests\Support\Php;
use RedisCluster\WordPress\ObjectCache;

/** The drop-in object-cache.php in WordPress' own start, beside WordPress' own cache. */
final class WordPressTest extends FrameworkTestCase
{
    private const WORDPRESS = __DIR__ . '/../../../../target/php-frameworks/root/usr/share/wordpress';

    private string $content;

    protected function setUp(): void
    {
        parent::setUp();
        if (!is_dir(self::WORDPRESS)) {
            self::markTestSkipped('WordPress was not downloaded: run tests/Frameworks/fetch');
        }
        $this->content = sys_get_temp_dir() . '/rediscluster-wordpress-' . bin2hex(random_bytes(6));
        mkdir($this->content);
    }

    protected function tearDown(): void
    {
        Php::command(['rm', '-rf', $this->content]);
    }

    public function testItRepliesLikeTheCacheOfWordPress(): void
    {
        [$isExternal, $expected] = $this->request('flush');
        self::assertFalse($isExternal);
        $this->install();
        [$isExternal, $results] = $this->request('flush');
        self::assertTrue($isExternal);
        foreach ($expected as $place => $result) {
            self::assertEquals(serialize($result), serialize($results[$place]));
        }
        self::assertSame(0, $this->nodesInUse());
    }

    public function testValuesAreStoredForTheNextRequest(): void
    {
        $this->install();
        $this->client->command('SET', 'other', 'kept');
        $this->request('store');
        self::assertSame(3, $this->nodesInUse());
        [, $results] = $this->request('stored');
        $object = (object) ['name' => 'value'];
        $expected = [6, '5', false, null, ['a' => [1.5]], $object, '7', false, ['a' => 1], ['k1' => 1, 'k25' => 25, 'none' => false], false];
        self::assertEquals($expected, array_column($results, 2));
        (new ObjectCache(new Client(['hash_tag' => 'keep'] + self::config())))->flush();
        self::assertSame(['other'], $this->client->command('KEYS', '*'));
    }

    public function testBlogsHaveTheirOwnValues(): void
    {
        $cache = new ObjectCache($this->client, 'wp:', isMultisite: true, blog: 1);
        $cache->addGlobalGroups(['users']);
        $cache->set('key', 'of blog 1');
        $cache->set('key', 'of all', 'users');
        $cache->switchToBlog(2);
        self::assertFalse($cache->get('key'));
        self::assertSame('of all', $cache->get('key', 'users'));
    }

    public function testAServerThatIsDownIsAMissAndLogged(): void
    {
        $cache = new ObjectCache(new Client(['hash_tag' => 'keep'] + self::configWithDeadNode('node_2')));
        $keys = array_map(static fn (int $number): string => "key$number", range(1, 30));
        $log = ini_set('error_log', $file = tempnam(sys_get_temp_dir(), 'log'));
        try {
            $stored = array_filter($cache->storeMany(array_fill_keys($keys, 'value')));
            self::assertSame(array_keys($stored), array_keys(array_filter($cache->getMany($keys, 'default', true))));
            self::assertLessThan(30, count($stored));
            self::assertGreaterThan(0, count($stored));
            self::assertFalse($cache->flush());
            self::assertStringContainsString('rediscluster object cache: node_2 (', file_get_contents($file));
        } finally {
            ini_set('error_log', (string) $log);
            unlink($file);
        }
    }

    private function install(): void
    {
        symlink(dirname(__DIR__, 2) . '/wordpress/object-cache.php', "$this->content/object-cache.php");
    }

    /** @return array{bool, list<mixed>} whether an external object cache was used, and the results */
    private function request(string $part): array
    {
        [, $output] = Php::run(dirname(__DIR__) . '/programs/wordpress.php', [realpath(self::WORDPRESS), $this->content, $part]);
        $results = @unserialize((string) base64_decode($output, true));
        return is_array($results) ? $results : self::fail($output);
    }
}
