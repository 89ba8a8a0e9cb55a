<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Scripts as Build;

/** @internal part of the table: see Methods. Scripts, functions, and commands in words of one's own. */
final class Scripts
{
    public const TABLE = [
        'echo' => ['ECHO', 's', 'string'],
        'eval' => ['EVAL', [Build::class, 'run'], 'any'],
        'eval_ro' => ['EVAL_RO', [Build::class, 'run'], 'any'],
        'evalsha' => ['EVALSHA', [Build::class, 'run'], 'any'],
        'evalsha_ro' => ['EVALSHA_RO', [Build::class, 'run'], 'any'],
        'evaluate' => ['EVAL', [Build::class, 'run'], 'any'],
        'evaluatesha' => ['EVALSHA', [Build::class, 'run'], 'any'],
        'fcall' => ['FCALL', [Build::class, 'call'], 'any'],
        'fcall_ro' => ['FCALL_RO', [Build::class, 'call'], 'any'],
        'function' => ['FUNCTION', [Build::class, 'functions'], 'any'],
        'rawcommand' => [[], [Build::class, 'raw'], 'any'],
        'script' => ['SCRIPT', [Build::class, 'scripts'], 'any'],
        'sendecho' => ['ECHO', 's', 'string'],
    ];
}
