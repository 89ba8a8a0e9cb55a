<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

use RedisCluster\Tests\Support\Publisher;

/** Runs a scenario on an implementation and records the outcome of each call. */
final class ScenarioRunner
{
    private object $object;
    /** @var array<string, mixed> the scenario's variables */
    private array $variables = [];
    /** @var list<CallOutcome> */
    private array $outcomes = [];
    /** @var ?list<array{string, array<mixed>}> the calls queued for exec(); null outside multi() and pipeline() */
    private ?array $queue = null;
    /** @var list<string> */
    private array $warnings = [];
    private ?Publisher $publisher = null;

    private function __construct(private readonly Implementation $implementation)
    {
        $this->object = $implementation->newObject();
    }

    /** @return list<CallOutcome> one for each call */
    public static function run(Implementation $implementation, Scenario $scenario): array
    {
        $runner = new self($implementation);
        $implementation->runCommands($scenario->data);
        \set_error_handler($runner->warn(...));
        $level = \error_reporting(\E_ALL); // PHPUnit 10 and later report little themselves
        try {
            foreach ($scenario->calls as $call) {
                $runner->outcomes[] = $runner->outcome($call);
            }
        } finally {
            \error_reporting($level);
            \restore_error_handler();
        }
        return $runner->outcomes;
    }

    /** @param array<mixed> $call */
    private function outcome(array $call): CallOutcome
    {
        $method = \array_shift($call);
        $arguments = $this->arguments($call);
        $outcome = new CallOutcome();
        $outcome->inQueue = $this->queue !== null;
        $this->warnings = [];
        try {
            $outcome->value = $method[0] === '@'
                ? $this->runAction($method, $arguments)
                : CoerciveCall::invoke($this->object, $method, $arguments);
        } catch (\Throwable $thrown) {
            $outcome->thrown = $thrown;
        }
        $outcome->warnings = $this->warnings;
        $outcome->arguments = $arguments;
        if ($outcome->value === $this->object) {
            $outcome->fluent = true;
            $outcome->value = new ReturnedSelf();
        }
        $this->trackQueue(\strtolower($method), $arguments, $outcome);
        $outcome->lastError = $this->lastError();
        return $outcome;
    }

    private function lastError(): mixed
    {
        try {
            return $this->object->getLastError();
        } catch (\RedisException $exception) {
            return $exception;
        }
    }

    /** Keeps the list of queued calls up to date. */
    private function trackQueue(string $method, array $arguments, CallOutcome $outcome): void
    {
        if ($method === 'multi' || $method === 'pipeline') {
            $this->queue ??= $outcome->fluent ? [] : null;
        } elseif ($method === 'discard') {
            $this->queue = null;
        } elseif ($method === 'exec') {
            $outcome->queued = $this->queue ?? [];
            $this->queue = $outcome->fluent ? $this->queue : null;
        } elseif ($this->queue !== null && $outcome->fluent) {
            $this->queue[] = [$method, $arguments];
        }
    }

    /**
     * @param array<mixed> $call
     * @return array<mixed>
     */
    private function arguments(array $call): array
    {
        $arguments = [];
        foreach ($call as $name => $argument) {
            if ($argument instanceof ScenarioVariable) {
                $this->variables[$argument->name] ??= $argument->initialValue;
                $arguments[$name] = &$this->variables[$argument->name];
            } else {
                $arguments[$name] = $this->resolved($argument);
            }
        }
        return $arguments;
    }

    private function resolved(mixed $argument): mixed
    {
        if ($argument instanceof EarlierResult) {
            return $this->outcomes[$argument->call]->value;
        }
        return \is_array($argument) ? \array_map($this->resolved(...), $argument) : $argument;
    }

    /** Runs an action of the scenario that is not a method of phpredis. */
    private function runAction(string $action, array $arguments): mixed
    {
        switch ($action) {
            case '@other': // a command of another client
                $this->implementation->runCommands([$arguments]);
                return null;
            case '@iterate': // a complete scan
                return $this->iterate($arguments);
            case '@publish': // publishes the messages as soon as there is a subscriber
                $this->publisher = new Publisher($this->implementation->portOf($arguments[0]), ...$arguments);
                return null;
            case '@sleep':
                \usleep($arguments[0] * 1000);
                return null;
        }
        throw new \LogicException("unknown action $action");
    }

    private function iterate(array $arguments): array
    {
        $method = \array_shift($arguments);
        $position = \strtolower($method) === 'scan' ? 0 : 1;
        $iterator = null;
        $found = [];
        $rounds = 0;
        do {
            $call = $arguments;
            \array_splice($call, $position, 0, [null]);
            $call[$position] = &$iterator;
            $part = CoerciveCall::invoke($this->object, $method, $call);
            foreach (\is_array($part) ? $part : [] as $key => $value) {
                $found[] = \is_int($key) ? [$value] : [$key, $value];
            }
        } while ($part !== false && $iterator !== 0 && ++$rounds < 10_000);
        \sort($found);
        return $found;
    }

    private function warn(int $level, string $message): bool
    {
        if ((\error_reporting() & $level) === 0) {
            return true; // silenced by @
        }
        // PHP code can raise only the E_USER levels; phpredis raises the others.
        $levelsOfPhpredis = [\E_USER_DEPRECATED => \E_DEPRECATED, \E_USER_WARNING => \E_WARNING, \E_USER_NOTICE => \E_NOTICE];
        $this->warnings[] = ($levelsOfPhpredis[$level] ?? $level) . " $message";
        return true;
    }
}
