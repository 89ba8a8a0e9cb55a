<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

use RedisCluster\Tests\Support\Publisher;

/** Runs a scenario on a subject and writes down what each call did. */
final class Recorder
{
    private object $object;
    /** @var array<string, mixed> the scenario's variables */
    private array $variables = [];
    /** @var list<Outcome> */
    private array $outcomes = [];
    /** @var ?list<array{string, array<mixed>}> calls that wait for exec(); null outside multi() and pipeline() */
    private ?array $queue = null;
    /** @var list<string> */
    private array $warnings = [];
    private ?Publisher $publisher = null;

    private function __construct(private readonly Subject $subject)
    {
        $this->object = $subject->fresh();
    }

    /**
     * @return list<Outcome> one for each call
     */
    public static function run(Subject $subject, Scenario $scenario): array
    {
        $recorder = new self($subject);
        $subject->prepare($scenario->data);
        \set_error_handler($recorder->warn(...));
        try {
            foreach ($scenario->calls as $call) {
                $recorder->outcomes[] = $recorder->outcome($call);
            }
        } finally {
            \restore_error_handler();
        }
        return $recorder->outcomes;
    }

    /** @param array<mixed> $call */
    private function outcome(array $call): Outcome
    {
        $method = \array_shift($call);
        $arguments = $this->arguments($call);
        $outcome = new Outcome();
        $outcome->inQueue = $this->queue !== null;
        $this->warnings = [];
        try {
            $outcome->value = $method[0] === '@'
                ? $this->act($method, $arguments)
                : Call::weakly($this->object, $method, $arguments);
        } catch (\Throwable $thrown) {
            $outcome->thrown = $thrown;
        }
        $outcome->warnings = $this->warnings;
        $outcome->arguments = $arguments;
        if ($outcome->value === $this->object) {
            $outcome->fluent = true;
            $outcome->value = new Itself();
        }
        $this->follow(\strtolower($method), $arguments, $outcome);
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

    /** Knows which results an exec() brings. */
    private function follow(string $method, array $arguments, Outcome $outcome): void
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
            if ($argument instanceof Variable) {
                $this->variables[$argument->name] ??= $argument->first;
                $arguments[$name] = &$this->variables[$argument->name];
            } else {
                $arguments[$name] = $this->resolved($argument);
            }
        }
        return $arguments;
    }

    private function resolved(mixed $argument): mixed
    {
        if ($argument instanceof Result) {
            return $this->outcomes[$argument->call]->value;
        }
        return \is_array($argument) ? \array_map($this->resolved(...), $argument) : $argument;
    }

    /** What is no method of phpredis, but needed to tell a story. */
    private function act(string $action, array $arguments): mixed
    {
        switch ($action) {
            case '@other': // a command that another client runs
                $this->subject->prepare([$arguments]);
                return null;
            case '@iterate': // a scan from its beginning to its end
                return $this->iterate($arguments);
            case '@publish': // soon, to the first who listens
                $this->publisher = new Publisher($this->subject->portOf($arguments[0]), ...$arguments);
                return null;
            case '@sleep':
                \usleep($arguments[0] * 1000);
                return null;
        }
        throw new \LogicException("There is no $action");
    }

    private function iterate(array $arguments): array
    {
        $method = \array_shift($arguments);
        $place = \strtolower($method) === 'scan' ? 0 : 1;
        $iterator = null;
        $found = [];
        $rounds = 0;
        do {
            $call = $arguments;
            \array_splice($call, $place, 0, [null]);
            $call[$place] = &$iterator;
            $part = Call::weakly($this->object, $method, $call);
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
            return true; // silenced
        }
        // PHP code can raise the first kind only.
        $raised = [\E_USER_DEPRECATED => \E_DEPRECATED, \E_USER_WARNING => \E_WARNING, \E_USER_NOTICE => \E_NOTICE];
        $this->warnings[] = ($raised[$level] ?? $level) . " $message";
        return true;
    }
}
