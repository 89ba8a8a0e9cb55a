<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use RedisCluster\RedisCluster;

/** A test case of the drop-in class RedisCluster with three empty servers. */
abstract class RedisClusterTestCase extends ClusterTestCase
{
    protected RedisCluster $redis;

    protected function setUp(): void
    {
        parent::setUp();
        $this->redis = new RedisCluster(self::config());
    }

    /**
     * Calls a function and collects its warnings.
     *
     * @return array{mixed, list<string>} the result and the warnings
     */
    protected static function captureWarnings(callable $function): array
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
