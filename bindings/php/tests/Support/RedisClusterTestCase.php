<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use RedisCluster\RedisCluster;

/** A test of the drop-in on three empty servers. */
abstract class RedisClusterTestCase extends ClusterTestCase
{
    protected RedisCluster $redis;

    protected function setUp(): void
    {
        parent::setUp();
        $this->redis = new RedisCluster(self::config());
    }

    /**
     * What a method warns of while it answers.
     *
     * @return array{mixed, list<string>}
     */
    protected static function warningsOf(callable $function): array
    {
        $warnings = [];
        set_error_handler(static function (int $level, string $message) use (&$warnings): bool {
            $warnings[] = $message;
            return true;
        });
        try {
            return [$function(), $warnings];
        } finally {
            restore_error_handler();
        }
    }
}
