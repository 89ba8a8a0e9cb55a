<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use PHPUnit\Framework\TestCase;
use RedisCluster\Client;
use RedisCluster\Library;
use RedisCluster\RequestException;

/** Partitioning: the conformance vectors, which the tests of every language run, and a comparison with PHP's crc32(). */
final class PartitionConformanceTest extends TestCase
{
    private const VECTORS = __DIR__ . '/../../../tests/conformance/partition.txt';

    public function testVectorsHaveTheExpectedNode(): void
    {
        $clients = [];
        $rows = 0;
        foreach (file(self::VECTORS, FILE_IGNORE_NEW_LINES) as $number => $line) {
            if ($line === '' || $line[0] === '#') {
                continue;
            }
            [$key, $mode, $masters, $name, $node, $pins] = explode(' ', "$line ");
            $client = $clients["$mode $masters $pins"] ??= self::client($mode, (int) $masters, $pins);
            if ($name === 'refused') {
                self::assertRefused($client, self::bytes($key), $line);
                $rows++;
                continue;
            }
            $found = $client->nodeFor(self::bytes($key));
            if ([$found['alias'], $found['key']] !== ["node_$node", self::bytes($name)]) {
                self::fail('line ' . ($number + 1) . ": $line: found {$found['alias']}, " . bin2hex($found['key']));
            }
            $rows++;
        }
        self::assertGreaterThanOrEqual(2_000, $rows);
    }

    public function testPartitioningAgreesWithCrc32OfPhp(): void
    {
        $ffi = Library::get()->ffi;
        for ($i = 0; $i < 100_000; $i++) {
            $key = random_bytes(random_int(1, 40));
            $masters = random_int(1, 1024);
            if ($ffi->rediscluster_partition($key, strlen($key), $masters) !== crc32($key) % $masters + 1) {
                self::fail(bin2hex($key) . " of $masters");
            }
        }
        self::assertSame(0, $ffi->rediscluster_partition('', 0, 0));
        self::assertSame(1, $ffi->rediscluster_partition('', 0, 7));
    }

    private static function client(string $mode, int $masters, string $pins): Client
    {
        $nodes = [];
        for ($i = 1; $i <= $masters; $i++) {
            $nodes["node_$i"] = ['host' => '127.0.0.1', 'port' => 10_000 + $i];
        }
        $rules = [];
        foreach (array_filter(explode(',', $pins)) as $pin) {
            [$pattern, $node] = explode('=', $pin);
            $rules[self::bytes($pattern)] = "node_$node";
        }
        return new Client(['nodes' => $nodes, 'pin' => $rules] + ($mode === 'unset' ? [] : ['hash_tag' => $mode]));
    }

    private static function assertRefused(Client $client, string $key, string $line): void
    {
        try {
            $client->nodeFor($key);
        } catch (RequestException $refusal) {
            self::assertStringContainsString('has a hash tag; set hash_tag', $refusal->getMessage());
            return;
        }
        self::fail("$line: not refused");
    }

    private static function bytes(string $hex): string
    {
        if (preg_match('/^repeat:([0-9a-f]+):(\d+)$/', $hex, $match)) {
            return str_repeat(hex2bin($match[1]), (int) $match[2]);
        }
        return $hex === '-' ? '' : hex2bin($hex);
    }
}
