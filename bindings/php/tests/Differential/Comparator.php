<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/** Runs a scenario on two implementations and compares the outcomes. */
final class Comparator
{
    public int $calls = 0;
    /** @var array<string, true> names of the called methods in lower case */
    public array $methods = [];

    public function __construct(private readonly Implementation $ours, private readonly Implementation $theirs)
    {
    }

    /** @return list<Mismatch> */
    public function mismatches(Scenario $scenario): array
    {
        $theirs = ScenarioRunner::run($this->theirs, $scenario);
        $theirData = $this->theirs->storedData();
        $ours = ScenarioRunner::run($this->ours, $scenario);
        $ourData = $this->ours->storedData();
        $mismatches = [];
        $errors = null;
        foreach ($scenario->calls as $index => $call) {
            $method = $call[0];
            if ($method[0] !== '@') {
                $this->calls++;
                $this->methods[\strtolower($method)] = true;
            }
            $text = ValueFormatter::formatCall($method, \array_slice($call, 1));
            foreach ($this->compare($call, $ours[$index], $theirs[$index]) as $aspect => [$our, $their]) {
                // The last error is kept until the next one, so a difference is reported once.
                if ($aspect !== 'last error' || $errors !== [$our, $their]) {
                    $mismatches[] = new Mismatch("$scenario->name #$index", \strtolower($method), $text, $aspect, $our, $their);
                }
            }
            $errors = [ValueFormatter::format($ours[$index]->lastError), ValueFormatter::format($theirs[$index]->lastError)];
        }
        if ($ourData !== $theirData) {
            [$our, $their] = [self::differingKeys($ourData, $theirData), self::differingKeys($theirData, $ourData)];
            $calls = \array_map(static fn (array $call): string => ValueFormatter::formatCall($call[0], \array_slice($call, 1)), $scenario->calls);
            $mismatches[] = new Mismatch("$scenario->name, at the end", $scenario->testedMethod, \implode('; ', $calls), 'data', ValueFormatter::format($our), ValueFormatter::format($their));
        }
        return $mismatches;
    }

    /** @return iterable<string, array{string, string}> */
    private function compare(array $call, CallOutcome $ours, CallOutcome $theirs): iterable
    {
        $method = \array_shift($call);
        [$our, $their] = [$this->outcome($method, $ours, $theirs), $this->outcome($method, $theirs, $theirs)];
        if ($our !== $their && !ComparisonRules::isWithinTolerance($method, $ours->value, $theirs->value)) {
            yield 'outcome' => [$our, $their];
        }
        $aspects = [
            'warnings' => [\array_map(ValueFormatter::normalizeMessage(...), $ours->warnings), \array_map(ValueFormatter::normalizeMessage(...), $theirs->warnings)],
            'last error' => [$ours->lastError, $theirs->lastError],
            'arguments' => [$ours->arguments, $theirs->arguments],
        ];
        foreach ($aspects as $aspect => [$one, $other]) {
            if (ValueFormatter::format($one) !== ValueFormatter::format($other) && !$this->usesEarlierResult($call, $aspect)) {
                yield $aspect => [ValueFormatter::format($one), ValueFormatter::format($other)];
            }
        }
    }

    /** Whether the call has results of earlier calls as arguments; those were compared already. */
    private function usesEarlierResult(array $arguments, string $aspect): bool
    {
        $results = false;
        \array_walk_recursive($arguments, static function (mixed $argument) use (&$results): void {
            $results = $results || $argument instanceof EarlierResult;
        });
        return $results && $aspect === 'arguments';
    }

    /** The outcome as text. An exception of a subclass of the other's class has the name of that class, because the same `catch` handles it. */
    private function outcome(string $method, CallOutcome $outcome, CallOutcome $other): string
    {
        if ($outcome->thrown !== null) {
            $caught = $other->thrown !== null && $outcome->thrown instanceof $other->thrown;
            return ValueFormatter::formatThrown($outcome->thrown, ($caught ? $other->thrown : $outcome->thrown)::class);
        }
        if (\strtolower($method) !== 'exec' || !\is_array($outcome->value)) {
            return $this->text($method, $outcome->arguments, $outcome->value, $other->thrown === null ? $other->value : null);
        }
        $texts = [];
        foreach ($outcome->value as $index => $value) {
            [$queued, $arguments] = $outcome->queued[$index] ?? ['', []];
            $texts[] = $this->text($queued, $arguments, $value, $other->value[$index] ?? null);
        }
        return '[' . \implode(', ', $texts) . ']';
    }

    /** @param array<mixed> $arguments */
    private function text(string $method, array $arguments, mixed $value, mixed $other): string
    {
        $text = ComparisonRules::toText($method, $arguments, $other);
        return $this->isBroadcast($method, $arguments, $value, $text) ? $text : ComparisonRules::toText($method, $arguments, $value);
    }

    /** Whether the value is alias => result and each result equals that of one server. Slaves may have null: they are not written to. */
    private function isBroadcast(string $method, array $arguments, mixed $value, string $expected): bool
    {
        if (!ComparisonRules::isBroadcast($method) || !\is_array($value)) {
            return false;
        }
        $slaves = \array_map(static fn (string $alias): string => "{$alias}_slave", $this->ours->aliases);
        $aliases = \array_keys($value);
        if (\array_diff($this->ours->aliases, $aliases) !== [] || \array_diff($aliases, $this->ours->aliases, $slaves) !== []) {
            return false;
        }
        foreach ($value as $alias => $one) {
            $isSkippedSlave = $one === null && \in_array($alias, $slaves, true);
            if (!$isSkippedSlave && ComparisonRules::toText($method, $arguments, $one) !== $expected) {
                return false;
            }
        }
        return true;
    }

    /**
     * The keys whose content differs from the other data.
     *
     * @param array<string, array<string, mixed>> $data
     * @param array<string, array<string, mixed>> $other
     * @return array<string, mixed>
     */
    private static function differingKeys(array $data, array $other): array
    {
        $found = [];
        foreach ($data as $database => $keys) {
            foreach ($keys as $key => $content) {
                if (($other[$database][$key] ?? null) !== $content) {
                    $found["$database $key"] = $content;
                }
            }
        }
        return $found;
    }
}
