<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/**
 * Makes scenarios of a sample, which is a typical call on suitable data: the same call with other data, keys, values, types and numbers of
 * arguments, in a pipeline, and in a transaction. The keys of a sample are those of Fixtures; the string 'value' stands for any value.
 */
final class SampleVariations
{
    private const KEYS = ['one', 'two', 'six'];
    private const UNUSUAL_KEYS = [7, -1.5, true, '', "\0\xff\r\n", 'a b'];
    private const UNUSUAL_VALUES = [42, 1.5, 1e20, true, false, '', "\0\xff\r\n"];

    /** @var array<mixed> */
    private readonly array $call;
    private readonly string $method;

    /** @param array<mixed> $sample fixture, method, arguments … */
    public function __construct(private readonly array $sample, private readonly string $name)
    {
        $this->call = \array_slice($sample, 1);
        $this->method = $sample[1];
    }

    /** @return iterable<Scenario> */
    public function scenarios(): iterable
    {
        $data = Fixtures::named($this->sample[0]);
        yield $this->scenario('', [$this->call, $this->withMethodName(\strtoupper($this->method)), $this->withMethodName(\strtolower($this->method))], $data);
        yield $this->scenario('on missing keys', [$this->call], []);
        yield $this->scenario('on another type', [$this->call], Fixtures::ofAnotherTypeThan($this->sample[0]));
        if (!\array_filter($this->call, static fn (mixed $argument): bool => $argument instanceof ScenarioVariable)) {
            yield from $this->queuedScenarios($data); // phpredis ends the script for a scan in a pipeline or transaction
        }
        yield $this->scenario('without permission', Fixtures::onOneNode([['auth', [Implementation::POOR_USER, 'x']], $this->call]), []);
        yield $this->scenario('with unusual keys', $this->withReplacedValues(self::KEYS, self::UNUSUAL_KEYS), $data);
        yield $this->scenario('with unusual values', $this->withReplacedValues(['value'], self::UNUSUAL_VALUES), $data);
        yield $this->scenario('with wrong numbers of arguments', $this->withWrongNumberOfArguments(), $data);
        yield $this->scenario('with unsuitable scalars', $this->withUnsuitableArguments([null, 'no number', '12', 3, 2.5, true]), $data);
        yield $this->scenario('with arrays and objects', $this->withUnsuitableArguments([[], ['x', 'y'], new \stdClass()]), $data);
    }

    /** @return iterable<Scenario> */
    private function queuedScenarios(array $data): iterable
    {
        $dataOfAnotherType = Fixtures::ofAnotherTypeThan($this->sample[0]);
        $calls = [$this->call, $this->call, ['exec'], ['getMode']];
        $between = [['set', 'one', 'x'], $this->call, ['exec'], ['get', 'one']];
        yield $this->scenario('in a pipeline', [['pipeline'], ...$calls], $data);
        yield $this->scenario('in a pipeline, on another type', [['pipeline'], ...$between], $dataOfAnotherType);
        [$calls, $between, $data, $dataOfAnotherType] = \array_map(Fixtures::onOneNode(...), [$calls, $between, $data, $dataOfAnotherType]);
        $poor = [['auth', [Implementation::POOR_USER, 'x']], ['pipeline'], $this->call, $this->call, ['exec']];
        yield $this->scenario('in a pipeline, without permission', Fixtures::onOneNode($poor), []);
        yield $this->scenario('in a transaction', [['multi'], ...$calls], $data);
        yield $this->scenario('in a transaction, on another type', [['multi'], ...$between], $dataOfAnotherType);
    }

    /** @param iterable<array<mixed>> $calls */
    private function scenario(string $variation, iterable $calls, array $data): Scenario
    {
        $calls = \is_array($calls) ? $calls : \iterator_to_array($calls, false);
        return new Scenario("$this->name $variation", $calls, $data, \strtolower($this->method));
    }

    private function withMethodName(string $method): array
    {
        return [$method, ...\array_slice($this->call, 1)];
    }

    /** @return iterable<array<mixed>> the call with each new value in place of all old values */
    private function withReplacedValues(array $old, array $new): iterable
    {
        foreach ($new as $other) {
            $arguments = self::replaceIn(\array_slice($this->call, 1), $old, $other);
            if ($arguments !== \array_slice($this->call, 1)) {
                yield [$this->method, ...$arguments];
            }
        }
    }

    private static function replaceIn(array $arguments, array $old, mixed $new): array
    {
        $replaced = [];
        foreach ($arguments as $key => $argument) {
            $key = \in_array($key, $old, true) ? (string) $new : $key;
            $replaced[$key] = match (true) {
                \is_array($argument) => self::replaceIn($argument, $old, $new),
                \in_array($argument, $old, true) => $new,
                default => $argument,
            };
        }
        return $replaced;
    }

    private function withWrongNumberOfArguments(): iterable
    {
        for ($count = \count($this->call) - 1; $count > 0; $count--) {
            yield \array_slice($this->call, 0, $count);
        }
        yield [...$this->call, 'more'];
        yield [...$this->call, 'more', 'and', 'more', 'and', 'more', 'and', 'more'];
    }

    /** @return iterable<array<mixed>> the call with each value in place of each argument */
    private function withUnsuitableArguments(array $values): iterable
    {
        for ($position = 1; $position < \count($this->call); $position++) {
            foreach ($this->call[$position] instanceof ScenarioVariable ? [] : $values as $value) {
                yield \array_replace($this->call, [$position => $value]);
            }
        }
    }
}
