<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** The outcome of one call. */
final class CallOutcome
{
    public mixed $value = null;
    public ?\Throwable $thrown = null;
    /** @var list<string> warnings and deprecations, each as "level message" */
    public array $warnings = [];
    public mixed $lastError = null;
    /** @var array<mixed> the arguments after the call */
    public array $arguments = [];
    /** @var list<array{string, array<mixed>}> for exec(): method and arguments of the queued calls */
    public array $queued = [];
    /** Whether the call returned the object itself: it was queued, or it began a pipeline or transaction. */
    public bool $fluent = false;
    /** Whether the call was made between multi() or pipeline() and exec(). */
    public bool $inQueue = false;
}
