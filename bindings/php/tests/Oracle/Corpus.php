<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/**
 * The calls that are compared, in files of corpus/ by family. A file returns
 *   samples    list of [fixture, method, arguments …]: see Crossings for what is asked of each
 *   scenarios  name => list of [method, arguments …], run one after the other on empty servers
 */
final class Corpus
{
    /** @return list<string> */
    public static function families(): array
    {
        return \array_map(static fn (string $file): string => \basename($file, '.php'), \glob(__DIR__ . '/corpus/*.php'));
    }

    /** @return iterable<Scenario> */
    public static function scenarios(string $family): iterable
    {
        $parts = require __DIR__ . "/corpus/$family.php";
        foreach ($parts['samples'] ?? [] as $place => $sample) {
            foreach ((new Crossings($sample, "$family: $sample[1]/$place"))->scenarios() as $scenario) {
                yield self::harmless($scenario);
            }
        }
        foreach ($parts['scenarios'] ?? [] as $name => $calls) {
            yield self::harmless(new Scenario("$family: $name", $calls, [], \strtolower($name)));
        }
    }

    private static function harmless(Scenario $scenario): Scenario
    {
        $calls = \array_filter($scenario->calls, static fn (array $call): bool => !self::crashes(\strtolower(\array_shift($call)), $call));
        return new Scenario($scenario->name, \array_values($calls), $scenario->data, $scenario->about);
    }

    /** Whether phpredis 5.3.7 crashes at a call, ends the script or waits for ever. */
    private static function crashes(string $method, array $arguments): bool
    {
        if (\str_starts_with($method, 'sort') && \is_scalar($arguments[2] ?? null) && !\is_string($arguments[2])) {
            return true; // a pattern that is a number
        }
        $word = \is_string($arguments[0] ?? null) ? \strtolower($arguments[0]) : '';
        if ($method === 'script' && \count($arguments) > (['flush' => 1, 'kill' => 1, 'load' => 2][$word] ?? 100)) {
            return true; // it announces another number of arguments than it sends
        }
        if ($method === 'setoption' && ($arguments[0] ?? 0) === 99) {
            return true; // an option that there is not
        }
        $options = \is_array($arguments[3] ?? null) ? $arguments[3] : [];
        if (\preg_match('/^z(rev|reverse)?range/', $method) && \array_filter(\array_keys($options), is_int(...))) {
            return true; // options without names
        }
        if (!\method_exists(\Redis::class, $method)) {
            return false;
        }
        // Null for a number or text that the method reads, but has not declared: PHP looks for the parameter's name.
        $declared = new \ReflectionMethod(\Redis::class, $method);
        $undeclared = $declared->isVariadic() ? [] : \array_slice($arguments, $declared->getNumberOfParameters());
        return \in_array(null, $undeclared, true);
    }
}
