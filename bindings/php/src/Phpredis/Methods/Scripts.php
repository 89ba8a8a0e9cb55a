<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Methods;

use RedisCluster\Phpredis\Arguments\Scripts as Build;

/** @internal rows of MethodTable. Scripts, functions, and raw commands. */
final class Scripts
{
    public const TABLE = [
        'echo' => ['ECHO', 's', 'string', 'echo(string $str): string|false'],
        'eval' => ['EVAL', [Build::class, 'run'], 'any', 'eval(string $script, array $args = [], int $num_keys = 0): mixed'],
        'eval_ro' => ['EVAL_RO', [Build::class, 'run'], 'any', 'eval_ro(string $script_sha, array $args = [], int $num_keys = 0): mixed'],
        'evalsha' => ['EVALSHA', [Build::class, 'run'], 'any', 'evalSha(string $sha1, array $args = [], int $num_keys = 0): mixed'],
        'evalsha_ro' => [
            'EVALSHA_RO', [Build::class, 'run'], 'any',
            'evalSha_ro(string $sha1, array $args = [], int $num_keys = 0): mixed',
        ],
        'evaluate' => ['EVAL', [Build::class, 'run'], 'any', 'evaluate(string $script, array $args = [], int $num_keys = 0): mixed'],
        'evaluatesha' => ['EVALSHA', [Build::class, 'run'], 'any', 'evaluateSha(string $sha1, array $args = [], int $num_keys = 0): mixed'],
        'fcall' => ['FCALL', [Build::class, 'call'], 'any', 'fcall(string $fn, array $keys = [], array $args = []): mixed'],
        'fcall_ro' => ['FCALL_RO', [Build::class, 'call'], 'any', 'fcall_ro(string $fn, array $keys = [], array $args = []): mixed'],
        'function' => ['FUNCTION', [Build::class, 'functions'], 'any', 'function(string $operation, mixed ...$args): mixed'],
        'rawcommand' => [[], [Build::class, 'raw'], 'any', 'rawCommand(mixed $command, mixed ...$args): mixed'],
        'script' => ['SCRIPT', [Build::class, 'scripts'], 'any', 'script(string $command, mixed ...$args): mixed'],
        'sendecho' => ['ECHO', 's', 'string', 'sendEcho(string $str): string|false'],
    ];
}
