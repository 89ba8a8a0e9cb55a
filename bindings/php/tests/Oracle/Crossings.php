<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/**
 * What is asked of every sample: a call as people write it, on data it is made for. Keys are those of Fixtures, a value that may
 * be anything is 'value'.
 */
final class Crossings
{
    private const KEYS = ['one', 'two', 'six'];
    private const ODD_KEYS = [7, -1.5, true, '', "\0\xff\r\n", 'a b'];
    private const ODD_VALUES = [42, 1.5, 1e20, true, false, '', "\0\xff\r\n"];

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
        $data = Fixtures::of($this->sample[0]);
        yield $this->scenario('', [$this->call, $this->named(\strtoupper($this->method)), $this->named(\strtolower($this->method))], $data);
        yield $this->scenario('on nothing', [$this->call], []);
        yield $this->scenario('on another type', [$this->call], Fixtures::unfitFor($this->sample[0]));
        if (!\array_filter($this->call, static fn (mixed $argument): bool => $argument instanceof Variable)) {
            yield from $this->queued($data); // phpredis ends the script at a scan in a queue
        }
        yield $this->scenario('with odd keys', $this->replaced(self::KEYS, self::ODD_KEYS), $data);
        yield $this->scenario('with odd values', $this->replaced(['value'], self::ODD_VALUES), $data);
        yield $this->scenario('with wrong numbers of arguments', $this->wrongNumbers(), $data);
        yield $this->scenario('with unfit texts and numbers', $this->unfit([null, 'no number', '12', 3, 2.5, true]), $data);
        yield $this->scenario('with arrays and objects', $this->unfit([[], ['x', 'y'], new \stdClass()]), $data);
    }

    /** @return iterable<Scenario> */
    private function queued(array $data): iterable
    {
        $unfit = Fixtures::unfitFor($this->sample[0]);
        $calls = [$this->call, $this->call, ['exec'], ['getMode']];
        $among = [['set', 'one', 'x'], $this->call, ['exec'], ['get', 'one']];
        yield $this->scenario('in a pipeline', [['pipeline'], ...$calls], $data);
        yield $this->scenario('in a pipeline, on another type', [['pipeline'], ...$among], $unfit);
        [$calls, $among, $data, $unfit] = \array_map(Fixtures::onOneNode(...), [$calls, $among, $data, $unfit]);
        yield $this->scenario('in a transaction', [['multi'], ...$calls], $data);
        yield $this->scenario('in a transaction, on another type', [['multi'], ...$among], $unfit);
    }

    /** @param iterable<array<mixed>> $calls */
    private function scenario(string $what, iterable $calls, array $data): Scenario
    {
        $calls = \is_array($calls) ? $calls : \iterator_to_array($calls, false);
        return new Scenario("$this->name $what", $calls, $data, \strtolower($this->method));
    }

    private function named(string $method): array
    {
        return [$method, ...\array_slice($this->call, 1)];
    }

    /** @return iterable<array<mixed>> the call with each of these in the place of each of those */
    private function replaced(array $old, array $new): iterable
    {
        foreach ($new as $other) {
            $arguments = self::with(\array_slice($this->call, 1), $old, $other);
            if ($arguments !== \array_slice($this->call, 1)) {
                yield [$this->method, ...$arguments];
            }
        }
    }

    private static function with(array $arguments, array $old, mixed $new): array
    {
        $replaced = [];
        foreach ($arguments as $key => $argument) {
            $key = \in_array($key, $old, true) ? (string) $new : $key;
            $replaced[$key] = match (true) {
                \is_array($argument) => self::with($argument, $old, $new),
                \in_array($argument, $old, true) => $new,
                default => $argument,
            };
        }
        return $replaced;
    }

    private function wrongNumbers(): iterable
    {
        for ($count = \count($this->call) - 1; $count > 0; $count--) {
            yield \array_slice($this->call, 0, $count);
        }
        yield [...$this->call, 'more'];
        yield [...$this->call, 'more', 'and', 'more', 'and', 'more', 'and', 'more'];
    }

    /** @return iterable<array<mixed>> the call with each of these in the place of each argument in turn */
    private function unfit(array $values): iterable
    {
        for ($place = 1; $place < \count($this->call); $place++) {
            foreach ($this->call[$place] instanceof Variable ? [] : $values as $value) {
                yield \array_replace($this->call, [$place => $value]);
            }
        }
    }
}
