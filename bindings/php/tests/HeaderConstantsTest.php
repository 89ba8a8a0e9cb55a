<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use PHPUnit\Framework\TestCase;
use RedisCluster\Exception;
use RedisCluster\Library;
use RedisCluster\NativeReply;
use RedisCluster\Nodes;
use RedisCluster\Read;

/** The constants that the package defines in PHP equal those of the C header. */
final class HeaderConstantsTest extends TestCase
{
    private const HEADER = __DIR__ . '/../../../include/rediscluster.h';

    public function testExceptionCodesAreTheStatusCodesOfTheHeader(): void
    {
        $codes = (new \ReflectionClass(Exception::class))->getConstants();

        self::assertCount(11, $codes);
        foreach ($codes as $name => $code) {
            self::assertSame(Library::get()->ffi->{"REDISCLUSTER_ERROR_$name"}, $code, $name);
        }
    }

    public function testReplyTypesAreThoseOfTheHeader(): void
    {
        $types = (new \ReflectionClass(NativeReply::class))->getConstants(\ReflectionClassConstant::IS_PUBLIC);

        self::assertNotEmpty($types);
        foreach ($types as $name => $type) {
            self::assertSame(Library::get()->ffi->{"REDISCLUSTER_PHP_$name"}, $type, $name);
        }
    }

    public function testNodesAndReadHaveTheValuesOfTheHeader(): void
    {
        $ffi = Library::get()->ffi;

        foreach (['NODES' => Nodes::cases(), 'READ' => Read::cases()] as $kind => $cases) {
            foreach ($cases as $case) {
                self::assertSame($ffi->{"REDISCLUSTER_{$kind}_" . strtoupper($case->name)}, $case->value, $case->name);
            }
        }
    }

    public function testTheAbiVersionIsThatOfTheHeaderAndTheLibrary(): void
    {
        self::assertSame(1, preg_match('/^#define REDISCLUSTER_ABI_VERSION (\d+)$/m', file_get_contents(self::HEADER), $match));
        self::assertSame(Library::ABI, (int) $match[1]);
        self::assertSame(Library::ABI, Library::get()->ffi->rediscluster_abi_version());
    }

    public function testTheInterfaceNumberIsTheOneInTheHeader(): void
    {
        $header = file_get_contents(dirname(self::HEADER) . '/rediscluster_php.h');

        self::assertSame(1, preg_match('/^#define REDISCLUSTER_PHP_INTERFACE_VERSION (\d+)$/m', $header, $match));
        self::assertSame((int) $match[1], Library::get()->ffi->rediscluster_php_interface_version());
        self::assertSame((int) $match[1], (new \ReflectionClass(Library::class))->getConstant('INTERFACE'));
    }

    /** PHP reads an entry of the reply index as two 64-bit numbers: head, then data. */
    public function testAReplyEntryIsTwo64BitNumbers(): void
    {
        $ffi = Library::get()->ffi;
        $entry = $ffi->type('rediscluster_entry');

        self::assertSame(16, $entry->getSize());
        self::assertSame([0, 8], [$entry->getStructFieldOffset('head'), $entry->getStructFieldOffset('data')]);
    }
}
