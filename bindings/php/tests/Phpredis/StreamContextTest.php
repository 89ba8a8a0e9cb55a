<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Phpredis;

use PHPUnit\Framework\TestCase;
use RedisCluster\ConfigException;
use RedisCluster\Phpredis\Configuration;

/** The TLS settings of phpredis mean what they mean there. */
final class StreamContextTest extends TestCase
{
    /** @return iterable<array{array<string, mixed>, array<string, mixed>|bool}> */
    public static function contexts(): iterable
    {
        yield [['cafile' => '/ca'], ['ca' => '/ca']];
        yield [['cafile' => '/ca', 'verify_peer' => true, 'verify_peer_name' => true], ['ca' => '/ca', 'insecure' => false]];
        yield [['verify_peer' => false, 'verify_peer_name' => false, 'cafile' => '/ca'], ['insecure' => true]];
        yield [['local_cert' => '/both.pem'], ['cert' => '/both.pem', 'key' => '/both.pem']];
        yield [['local_cert' => '/cert', 'local_pk' => '/key', 'peer_name' => 'a'], ['cert' => '/cert', 'key' => '/key', 'server_name' => 'a']];
        yield [[], []];
    }

    /**
     * @param array<string, mixed> $context
     * @param array<string, mixed> $expected
     *
     * @dataProvider contexts
     */
    public function testOptionsOfAStreamBecomeTls(array $context, array $expected): void
    {
        $node = ['host' => 'a', 'stream' => $context];
        $values = (new Configuration(['nodes' => ['node_1' => $node, 'node_2' => 'redis://b'], 'stream' => $context]))->values;
        self::assertSame($expected, $values['tls']);
        self::assertSame($expected, $values['nodes']['node_1']['tls']);
        self::assertArrayNotHasKey('stream', $values + $values['nodes']['node_1']);
        self::assertSame('redis://b', $values['nodes']['node_2']);
    }

    public function testASchemeBeforeAHostTurnsTlsOn(): void
    {
        $nodes = ['node_1' => ['host' => 'tls://a'], 'node_2' => ['host' => 'ssl://b', 'stream' => ['peer_name' => 'c']], 'node_3' => ['host' => 'd']];
        $values = (new Configuration(['nodes' => $nodes]))->values;
        self::assertEquals(
            ['node_1' => ['host' => 'a', 'tls' => true], 'node_2' => ['host' => 'b', 'tls' => ['server_name' => 'c']], 'node_3' => ['host' => 'd']],
            $values['nodes'],
        );
    }

    public function testAnOptionThatCannotBeKeptIsRefusedByItsPath(): void
    {
        foreach ([['passphrase' => 'x'], ['verify_peer_name' => false], ['allow_self_signed' => true], ['ciphers' => 'x']] as $context) {
            try {
                new Configuration(['nodes' => ['node_1' => ['host' => 'a', 'stream' => $context]]]);
                self::fail('accepted: ' . \key($context));
            } catch (ConfigException $e) {
                self::assertStringStartsWith('nodes.node_1.stream.' . \key($context) . ': ', $e->getMessage());
            }
        }
    }
}
