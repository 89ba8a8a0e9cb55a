<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/**
 * The calls that the tests compare, one file of corpus/ for each family of commands. A file returns an array with
 *   samples    list of [fixture, method, arguments …]; SampleVariations makes several scenarios of each
 *   scenarios  name => list of [method, arguments …], called in this order on empty servers
 */
final class Corpus
{
    /** @return list<string> */
    public static function families(): array
    {
        $families = \array_map(static fn (string $file): string => \basename($file, '.php'), \glob(__DIR__ . '/corpus/*.php'));
        return \array_values(\array_diff($families, self::phpredis() === 6 ? [] : ['phpredis6']));
    }

    /** @return iterable<Scenario> */
    public static function scenarios(string $family): iterable
    {
        $parts = require __DIR__ . "/corpus/$family.php";
        foreach ($parts['samples'] ?? [] as $position => $sample) {
            foreach ((new SampleVariations($sample, "$family: $sample[1]/$position"))->scenarios() as $scenario) {
                yield self::withoutCrashingCalls($scenario);
            }
        }
        foreach ($parts['scenarios'] ?? [] as $name => $calls) {
            yield self::withoutCrashingCalls(new Scenario("$family: $name", $calls, [], \strtolower($name)));
        }
    }

    private static function withoutCrashingCalls(Scenario $scenario): Scenario
    {
        $calls = \array_filter($scenario->calls, static function (array $call) use ($scenario): bool {
            $method = \strtolower(\array_shift($call));
            return !self::crashes($method, $call) && !(self::phpredis() === 6 && self::crashesPhpredis6($method, $call, $scenario->name));
        });
        return new Scenario($scenario->name, \array_values($calls), $scenario->data, $scenario->testedMethod);
    }

    /** The major version of phpredis: 5 or 6. */
    public static function phpredis(): int
    {
        return (int) \phpversion('redis');
    }

    /** Whether phpredis 6.2 crashes or never returns for this call, or has removed the method, which was an alias. */
    private static function crashesPhpredis6(string $method, array $arguments, string $scenario): bool
    {
        if (\preg_match('/^options:|with a serializer$/', $scenario) && self::membersAreKeys($method, $arguments)) {
            return true; // a member that a serializer made an array: phpredis uses it as a key of an array
        }
        return ($method[0] !== '@' && !\method_exists(\Redis::class, $method))
            || ($method === 'xgroup' && \count($arguments) < 4)
            || ($method === 'hset' && \count($arguments) === 2); // phpredis sends a list of an odd number of words, and waits for the reply
    }

    private static function membersAreKeys(string $method, array $arguments): bool
    {
        return \in_array($method, ['zscan', 'zpopmin', 'zpopmax'], true)
            || ($method === '@iterate' && $arguments[0] === 'zscan')
            || (\preg_match('/^z(rev)?range/', $method) === 1 && ($arguments[3] ?? false) !== false);
    }

    /** Whether a version of phpredis crashes, ends the script or never returns for this call. */
    private static function crashes(string $method, array $arguments): bool
    {
        if (\str_starts_with($method, 'sort') && \is_scalar($arguments[2] ?? null) && !\is_string($arguments[2])) {
            return true; // the pattern is a number
        }
        $subcommand = \is_string($arguments[0] ?? null) ? \strtolower($arguments[0]) : '';
        if ($method === 'script' && \count($arguments) > (['flush' => 1, 'kill' => 1, 'load' => 2][$subcommand] ?? 100)) {
            return true; // phpredis sends a wrong number of arguments, so the server waits for more
        }
        if ($method === 'setoption' && ($arguments[0] ?? 0) === 99) {
            return true; // an unknown option
        }
        $options = \is_array($arguments[3] ?? null) ? $arguments[3] : [];
        if (\preg_match('/^z(rev|reverse)?range/', $method) && \array_filter(\array_keys($options), is_int(...))) {
            return true; // options without names
        }
        if (!\method_exists(\Redis::class, $method)) {
            return false;
        }
        // Null for a number or string that the method reads but does not declare: PHP crashes when it looks up the parameter's name.
        $declared = new \ReflectionMethod(\Redis::class, $method);
        $undeclared = $declared->isVariadic() ? [] : \array_slice($arguments, $declared->getNumberOfParameters());
        return \in_array(null, $undeclared, true);
    }
}
