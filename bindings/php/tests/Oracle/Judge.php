<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/** Compares what a scenario does on two subjects. */
final class Judge
{
    public int $calls = 0;
    /** @var array<string, true> lower-case names of the methods that were called */
    public array $methods = [];

    public function __construct(private readonly Subject $ours, private readonly Subject $theirs)
    {
    }

    /** @return list<Mismatch> */
    public function mismatches(Scenario $scenario): array
    {
        $theirs = Recorder::run($this->theirs, $scenario);
        $theirData = $this->theirs->data();
        $ours = Recorder::run($this->ours, $scenario);
        $ourData = $this->ours->data();
        $found = [];
        $errors = null;
        foreach ($scenario->calls as $place => $call) {
            $method = $call[0];
            if ($method[0] !== '@') {
                $this->calls++;
                $this->methods[\strtolower($method)] = true;
            }
            $text = Text::call($method, \array_slice($call, 1));
            foreach ($this->compare($call, $ours[$place], $theirs[$place]) as $aspect => [$our, $their]) {
                // An error is kept until the next one: that it differs is said once.
                if ($aspect !== 'last error' || $errors !== [$our, $their]) {
                    $found[] = new Mismatch("$scenario->name #$place", \strtolower($method), $text, $aspect, $our, $their);
                }
            }
            $errors = [Text::of($ours[$place]->lastError), Text::of($theirs[$place]->lastError)];
        }
        if ($ourData !== $theirData) {
            [$our, $their] = [self::without($ourData, $theirData), self::without($theirData, $ourData)];
            $calls = \array_map(static fn (array $call): string => Text::call($call[0], \array_slice($call, 1)), $scenario->calls);
            $found[] = new Mismatch("$scenario->name, at the end", $scenario->about, \implode('; ', $calls), 'data', Text::of($our), Text::of($their));
        }
        return $found;
    }

    /** @return iterable<string, array{string, string}> */
    private function compare(array $call, Outcome $ours, Outcome $theirs): iterable
    {
        $method = \array_shift($call);
        [$our, $their] = [$this->outcome($method, $ours, $theirs), $this->outcome($method, $theirs, $theirs)];
        if ($our !== $their && !Rules::isNear($method, $ours->value, $theirs->value)) {
            yield 'outcome' => [$our, $their];
        }
        $aspects = [
            'warnings' => [\array_map(Text::message(...), $ours->warnings), \array_map(Text::message(...), $theirs->warnings)],
            'last error' => [$ours->lastError, $theirs->lastError],
            'arguments' => [$ours->arguments, $theirs->arguments],
        ];
        foreach ($aspects as $aspect => [$one, $other]) {
            if (Text::of($one) !== Text::of($other) && !$this->isResult($call, $aspect)) {
                yield $aspect => [Text::of($one), Text::of($other)];
            }
        }
    }

    /** The results of earlier calls, given as arguments, were compared there. */
    private function isResult(array $arguments, string $aspect): bool
    {
        $results = false;
        \array_walk_recursive($arguments, static function (mixed $argument) use (&$results): void {
            $results = $results || $argument instanceof Result;
        });
        return $results && $aspect === 'arguments';
    }

    /** What a call did; an exception goes by the class of the other's if it is of a subclass, for then it is caught as that. */
    private function outcome(string $method, Outcome $outcome, Outcome $other): string
    {
        if ($outcome->thrown !== null) {
            $caught = $other->thrown !== null && $outcome->thrown instanceof $other->thrown;
            return Text::thrown($outcome->thrown, ($caught ? $other->thrown : $outcome->thrown)::class);
        }
        if (\strtolower($method) !== 'exec' || !\is_array($outcome->value)) {
            return $this->text($method, $outcome->arguments, $outcome->value, $other->thrown === null ? $other->value : null);
        }
        $texts = [];
        foreach ($outcome->value as $place => $value) {
            [$queued, $arguments] = $outcome->queued[$place] ?? ['', []];
            $texts[] = $this->text($queued, $arguments, $value, $other->value[$place] ?? null);
        }
        return '[' . \implode(', ', $texts) . ']';
    }

    /** @param array<mixed> $arguments */
    private function text(string $method, array $arguments, mixed $value, mixed $other): string
    {
        $text = Rules::text($method, $arguments, $other);
        return $this->isBroadcast($method, $arguments, $value, $text) ? $text : Rules::text($method, $arguments, $value);
    }

    /** Whether it is alias => value, as several servers answer, and each value is as one server's; slaves answer null to what is written. */
    private function isBroadcast(string $method, array $arguments, mixed $value, string $expected): bool
    {
        if (!Rules::isBroadcast($method) || !\is_array($value)) {
            return false;
        }
        $slaves = \array_map(static fn (string $alias): string => "{$alias}_slave", $this->ours->aliases);
        $aliases = \array_keys($value);
        if (\array_diff($this->ours->aliases, $aliases) !== [] || \array_diff($aliases, $this->ours->aliases, $slaves) !== []) {
            return false;
        }
        foreach ($value as $alias => $one) {
            $silent = $one === null && \in_array($alias, $slaves, true);
            if (!$silent && Rules::text($method, $arguments, $one) !== $expected) {
                return false;
            }
        }
        return true;
    }

    /**
     * The keys in which one differs from the other.
     *
     * @param array<string, array<string, mixed>> $data
     * @param array<string, array<string, mixed>> $other
     * @return array<string, mixed>
     */
    private static function without(array $data, array $other): array
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
