<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * The servers of phpredis' class RedisArray, whose data it finds: each key is on the host that RedisArray chooses.
 *
 * It has all methods of RedisCluster, where RedisArray has a few. Commands with several keys run on all hosts at the same time.
 * Methods about servers return alias => result (node_1 is the first host), where RedisArray returns host => result.
 *
 * Keys are placed by RedisArray's rule, which only this class knows. So these cannot be used, and are refused: rawCommand(), the patterns of
 * sort(), the empty key, and the options `algorithm`, `consistent`, `previous`, `autorehash` and `index`.
 */
class RedisArray extends RedisCluster
{
    private const REFUSED = ['algorithm', 'consistent', 'previous', 'autorehash', 'index'];
    private const MAX_HASH = 0xffffffff;

    /** @var list<string> */
    private readonly array $hosts;
    private readonly ?\Closure $function;
    private readonly ?\Closure $distributor;
    /** @var list<string> place of a host => a hash tag whose node it is */
    private readonly array $tags;

    /**
     * @param list<string>         $hosts   `host:port`, `host`, or the path of a Unix socket, in the order of RedisArray
     * @param array<string, mixed> $options of RedisArray: `function` (key => the part to hash), `distributor` (key => place of its host, from
     *                                      0), `connect_timeout`, `read_timeout` (seconds), `auth` (password, or [user, password]). Others
     *                                      have no effect, or are refused if they would place keys on other hosts
     * @param array<string, mixed> $config  other settings of the configuration
     */
    public function __construct(array $hosts, #[\SensitiveParameter] ?array $options = null, array $config = [])
    {
        $options ??= [];
        foreach (self::REFUSED as $name) {
            if (!empty($options[$name])) {
                throw new ConfigException("RedisCluster\\RedisArray: the option $name is not supported: copy the data", Exception::CONFIG);
            }
        }
        if ($hosts === []) {
            throw new ConfigException('RedisCluster\RedisArray: there are no hosts', Exception::CONFIG);
        }
        $this->hosts = \array_map(\strval(...), \array_values($hosts));
        $this->function = self::callback($options['function'] ?? null);
        $this->distributor = self::callback($options['distributor'] ?? null);
        $this->tags = self::tagsOfNodes(\count($hosts));
        parent::__construct(['hash_tag' => 'strip'] + $config + self::settings($this->hosts, $options));
    }

    /** @return list<string> */
    public function _hosts(): array
    {
        return $this->hosts;
    }

    /** The host of a key. */
    public function _target(string $key): string
    {
        return $this->hosts[$this->place($key)];
    }

    public function _function(): ?\Closure
    {
        return $this->function;
    }

    public function _distributor(): ?\Closure
    {
        return $this->distributor;
    }

    /** `hash_tag: strip` removes the tag from the stored name, so a tag can name any host. */
    protected function hashTag(): \Closure
    {
        return fn (string $key): string => $this->tags[$this->place($key)];
    }

    private function place(string $key): int
    {
        if ($key === '') {
            throw new RequestException('RedisCluster\RedisArray: an empty key cannot be placed', Exception::REQUEST);
        }
        if ($this->distributor !== null) {
            $place = ($this->distributor)($key);
            if (!\is_int($place) || !isset($this->hosts[$place])) {
                $returned = \var_export($place, true);
                throw new RequestException("RedisCluster\\RedisArray: the distributor returned $returned, not the place of a host, for $key", Exception::REQUEST);
            }
            return $place;
        }
        $hashed = $this->function === null ? self::hashedPart($key) : (string) ($this->function)($key);
        return \min(\intdiv(\crc32($hashed) * \count($this->hosts), self::MAX_HASH), \count($this->hosts) - 1);
    }

    /** The text between the first `{` and the next `}`, or the whole key. */
    private static function hashedPart(string $key): string
    {
        $start = \strpos($key, '{');
        $end = $start === false ? false : \strpos($key, '}', $start);
        return $end === false ? $key : \substr($key, $start + 1, $end - $start - 1);
    }

    private static function callback(mixed $callable): ?\Closure
    {
        return $callable === null ? null : \Closure::fromCallable($callable);
    }

    /** @return list<string> */
    private static function tagsOfNodes(int $count): array
    {
        $tags = [];
        for ($number = 0; \count($tags) < $count; $number++) {
            $tags[\crc32((string) $number) % $count] ??= "{{$number}}";
        }
        \ksort($tags);
        return $tags;
    }

    /**
     * @param list<string>         $hosts
     * @param array<string, mixed> $options
     * @return array<string, mixed>
     */
    private static function settings(array $hosts, #[\SensitiveParameter] array $options): array
    {
        $settings = \array_filter(\array_intersect_key($options, ['connect_timeout' => 0, 'read_timeout' => 0]));
        $auth = \array_values((array) ($options['auth'] ?? []));
        if ($auth !== []) {
            $settings += \count($auth) === 1 ? ['password' => $auth[0]] : ['username' => $auth[0], 'password' => $auth[1]];
        }
        foreach ($hosts as $place => $host) {
            [$name, $port] = \explode(':', $host, 2) + [1 => '6379'];
            $node = $name[0] === '/' ? ['unix' => $host] : ['host' => $name, 'port' => (int) $port];
            $settings['nodes']['node_' . ($place + 1)] = $node;
        }
        return $settings;
    }
}
