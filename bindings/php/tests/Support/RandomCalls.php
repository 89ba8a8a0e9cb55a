<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use RedisCluster\Client;
use RedisCluster\Nodes;
use RedisCluster\Read;
use RedisCluster\RedisCluster;
use RedisCluster\Session;
use RedisCluster\Tests\Differential\CoerciveCall;

/** A random sequence of calls, determined by the seed. */
final class RandomCalls
{
    /** Methods that block, that change the state of a server or connection, or whose reply has the size given by an argument. */
    private const EXCLUDED = '/^(__|b(l|r|z)|bg|save$|shutdown|debug|client|config|migrate|slaveof|replicaof|failover|role|wait'
        . '|[ps]?subscribe|.*unsubscribe|monitor|auth|acl|hello|reset|quit|function|module|cluster|p?connect|p?open|close|xread'
        . '|.*randmember|.*randfield|latency|memory|command|set(bit|range|option)$)/';

    private readonly UnusualValues $values;
    private readonly Client $client;
    private Session $session;
    private RedisCluster $redis;
    /** @var array<string, array{int, int}> method of the drop-in => smallest and largest number of arguments */
    private readonly array $methods;
    private readonly WarningCollector $warnings;

    /** @param array<string, mixed> $config */
    public function __construct(int $seed, private readonly array $config)
    {
        mt_srand($seed);
        $this->values = new UnusualValues();
        $this->client = new Client($config, false);
        $this->session = $this->client->session();
        $this->redis = new RedisCluster($config);
        $this->methods = self::methods();
        $this->warnings = new WarningCollector();
    }

    /** @return ?string null, or a description of what the next call did wrong */
    public function next(bool $show): ?string
    {
        [$object, $method, $arguments] = $this->choose();
        $class = is_object($object) ? $object::class : $object;
        $call = static fn (): string => "$class::$method(" . implode(', ', array_map(self::text(...), $arguments)) . ')';
        if ($show) {
            echo $call(), "\n";
        }
        try {
            if ($method === 'new') {
                new $object(...$arguments);
            } else {
                CoerciveCall::invoke($object, $method, $arguments);
            }
        } catch (\TypeError | \ValueError | \RedisException) {
            // A documented exception.
        } catch (\Throwable $thrown) {
            $place = $thrown->getFile() . ':' . $thrown->getLine();
            return $call() . ' throws ' . $thrown::class . " \"{$thrown->getMessage()}\" in $place";
        }
        $warning = $this->warnings->take();
        return $warning === null ? null : $call() . ": $warning";
    }

    /** @return array{object|string, string, array<mixed>} */
    private function choose(): array
    {
        $draw = mt_rand(0, 99);
        if ($draw < 60) {
            return $this->dropInCall();
        }
        if ($draw === 60) {
            return $this->constructorCall();
        }
        return $draw < 85 ? $this->clientCall() : $this->sessionCall();
    }

    private function dropInCall(): array
    {
        $method = array_keys($this->methods)[mt_rand(0, count($this->methods) - 1)];
        [$minimum, $maximum] = mt_rand(0, 9) > 0 ? $this->methods[$method] : [0, 6];
        return [$this->redis, $method, $this->values->arguments($maximum, $minimum)];
    }

    /** Replaces the session and the drop-in, whose state earlier calls changed; the call is a constructor with random arguments. */
    private function constructorCall(): array
    {
        $this->session = $this->client->session();
        $this->redis = new RedisCluster($this->config);
        $class = [Client::class, RedisCluster::class][mt_rand(0, 1)];
        return [$class, 'new', [$this->values->random(), ...$this->values->arguments(2)]];
    }

    private function clientCall(): array
    {
        return match (mt_rand(0, 9)) {
            0 => [$this->client, 'execute', [[$this->values->command(), $this->values->command()]]],
            1 => [$this->client, 'execute', $this->values->arguments(1)],
            2 => [$this->client, 'run', [$this->values->plainCommand(), mt_rand(0, 7)]],
            3 => [$this->client, 'runAll', [[$this->values->plainCommand(), $this->values->plainCommand()], mt_rand(0, 7)]],
            4 => [$this->client, 'explain', $this->values->command()],
            5 => [$this->client, 'each', ['PING', ...$this->values->arguments(2)]],
            6 => [$this->client, 'nodeFor', $this->values->arguments(2)],
            7 => [$this->client, 'eachOn', [[Nodes::All, Nodes::Masters][mt_rand(0, 1)], ...$this->values->command()]],
            8 => [$this->client->withRead(Read::Master), 'command', $this->values->arguments()],
            default => [$this->client, 'command', $this->values->command()],
        };
    }

    private function sessionCall(): array
    {
        return match (mt_rand(0, 4)) {
            0 => [$this->session, 'execute', [[$this->values->command(), $this->values->random()]]],
            1 => [$this->session, 'run', [$this->values->plainCommand(), mt_rand(0, 7)]],
            2 => [$this->session, 'runAll', [[$this->values->plainCommand()], mt_rand(0, 7)]],
            default => [$this->session, 'command', $this->values->command()],
        };
    }

    /** @return array<string, array{int, int}> the methods that RedisCluster declares */
    private static function methods(): array
    {
        $methods = [];
        foreach ((new \ReflectionClass(RedisCluster::class))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
            $more = $method->isVariadic() ? 3 : 0;
            $methods[strtolower($method->getName())] = [$method->getNumberOfRequiredParameters(), $method->getNumberOfParameters() + $more];
        }
        return array_filter($methods, static fn (string $method): bool => !preg_match(self::EXCLUDED, $method), ARRAY_FILTER_USE_KEY);
    }

    private static function text(mixed $value): string
    {
        return match (true) {
            is_string($value) => json_encode(strlen($value) > 60 ? substr($value, 0, 60) . '…' : $value, JSON_INVALID_UTF8_SUBSTITUTE),
            is_array($value) => 'array of ' . implode(', ', array_map(get_debug_type(...), array_slice($value, 0, 5))),
            is_scalar($value) || $value === null => var_export($value, true),
            default => get_debug_type($value),
        };
    }
}
