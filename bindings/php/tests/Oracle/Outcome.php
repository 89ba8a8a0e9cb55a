<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** What one call did. */
final class Outcome
{
    public mixed $value = null;
    public ?\Throwable $thrown = null;
    /** @var list<string> warnings and deprecations, each with its level before it */
    public array $warnings = [];
    public mixed $lastError = null;
    /** @var array<mixed> after the call */
    public array $arguments = [];
    /** @var list<array{string, array<mixed>}> method and arguments of the calls whose results an exec() has brought */
    public array $queued = [];
    /** True: the call was queued, or begins a queue, and answered the object itself. */
    public bool $fluent = false;
    /** True: the call was made between multi() or pipeline() and exec(). */
    public bool $inQueue = false;
}
