<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * A configuration as RedisCluster's constructor accepts it, and variations of it. The library validates it.
 *
 * @internal
 */
final class Configuration
{
    private const CREDENTIALS = ['username' => 0, 'password' => 0];

    /** @var array<string, mixed> */
    public readonly array $values;

    /** @param array<string, mixed> $values */
    public function __construct(#[\SensitiveParameter] array $values)
    {
        $values = StreamContext::withTls($values);
        // The methods of phpredis convert replies of RESP2.
        $this->values = isset($values['protocol']) ? ['protocol' => 2] + $values : $values;
    }

    public function get(string $name, mixed $default = null): mixed
    {
        return $this->values[$name] ?? $default;
    }

    public function database(): int
    {
        return $this->values['db'] ?? 0;
    }

    /** @return list<string> the aliases of the masters */
    public function masters(): array
    {
        return \array_map(\strval(...), \array_keys($this->get('master_of') ?: $this->get('nodes', [])));
    }

    public function readsFromMasters(): bool
    {
        return ($this->values['masters_only'] ?? false) || ($this->values['read'] ?? '') === 'master';
    }

    /** With this database on all nodes, including those that configure their own. */
    public function withDatabase(int $database): self
    {
        $remove = static fn (array|string $node): array|string => \is_array($node)
            ? \array_diff_key($node, ['db' => 0])
            : \preg_replace('~^(rediss?://[^/]*)/\d+$|\?db=\d+$~', '$1', $node);
        return new self(['db' => $database, 'nodes' => \array_map($remove, $this->values['nodes'] ?? [])] + $this->values);
    }

    /**
     * With these credentials on all nodes, including those that configure their own.
     *
     * @param array{username?: string, password: string} $credentials
     */
    public function withCredentials(#[\SensitiveParameter] array $credentials): self
    {
        $remove = static fn (array|string $node): array|string => \is_array($node)
            ? \array_diff_key($node, self::CREDENTIALS)
            : \preg_replace('~^(rediss?://)[^@/]*@~', '$1', $node);
        $nodes = \array_map($remove, $this->values['nodes'] ?? []);
        return new self($credentials + ['nodes' => $nodes] + \array_diff_key($this->values, self::CREDENTIALS));
    }

    /** @param array{read_timeout?: mixed} $timeout empty: the library's default */
    public function withReadTimeout(array $timeout): self
    {
        return new self($timeout + \array_diff_key($this->values, ['read_timeout' => 0]));
    }
}
