<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Request;

/** @internal Keys in the options do not get the prefix, as in phpredis. */
final class Sort
{
    /**
     * sort($key, ['by' => …, 'get' => … or […], 'limit' => [0, 10], 'sort' => 'desc', 'alpha' => true, 'store' => …]).
     *
     * @param array<mixed> $arguments
     */
    public static function options(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 2);
        $options = \array_change_key_case($convert->array($arguments[1] ?? [], 1));
        if (($options['get'] ?? null) === []) {
            return $convert->refuse('Array of GET values requested, but none are valid');
        }
        $limit = OptionParser::limit($options['limit'] ?? null);
        $direction = $options['sort'] ?? null;
        self::addOptions($call, $convert, $convert->key($arguments[0], 0), $options, $limit, \is_string($direction) ? $direction : '');
        return true;
    }

    /** @param array<mixed> $arguments */
    public static function ascending(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        return self::legacy($call, '', false, $arguments, $convert);
    }

    /** @param array<mixed> $arguments */
    public static function ascendingAlpha(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        return self::legacy($call, '', true, $arguments, $convert);
    }

    /** @param array<mixed> $arguments */
    public static function descending(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        return self::legacy($call, 'DESC', false, $arguments, $convert);
    }

    /** @param array<mixed> $arguments */
    public static function descendingAlpha(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        return self::legacy($call, 'DESC', true, $arguments, $convert);
    }

    /**
     * sortAsc($key, $by, $get, $offset, $count, $store).
     *
     * @param array<mixed> $arguments
     */
    private static function legacy(Call $call, string $direction, bool $alpha, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 1, 6);
        $offset = $convert->int($arguments[3] ?? -1, 3);
        $count = $convert->int($arguments[4] ?? -1, 4);
        $options = ['get' => $arguments[2] ?? null, 'alpha' => $alpha];
        foreach (['by' => 1, 'store' => 5] as $name => $place) {
            $options[$name] = isset($arguments[$place]) ? $convert->string($arguments[$place], $place) : null;
        }
        $options = \array_filter($options, static fn (mixed $option): bool => $option !== '');
        $limit = $offset >= 0 && $count >= 0 ? ['LIMIT', $offset, $count] : [];
        self::addOptions($call, $convert, $convert->key($arguments[0], 0), $options, $limit, $direction);
        return true;
    }

    /**
     * @param array<mixed> $options
     * @param list<mixed>  $limit
     */
    private static function addOptions(Call $call, ArgumentConverter $convert, string $key, array $options, array $limit, string $direction): void
    {
        foreach (\array_intersect_key($options, ['by' => 0, 'get' => 0, 'store' => 0]) as $name => $value) {
            $value === null || $convert->requirePlacementByTheLibrary("keys of the option $name");
        }
        $call->command[] = $key;
        if (\is_string($options['by'] ?? null)) {
            \array_push($call->command, 'BY', $options['by']);
        }
        \array_push($call->command, ...$limit);
        foreach ((array) ($options['get'] ?? []) as $pattern) {
            \array_push($call->command, 'GET', Request::toText($pattern));
        }
        if ($direction !== '') {
            $call->command[] = $direction;
        }
        if (($options['alpha'] ?? null) === true) {
            $call->command[] = 'ALPHA';
        }
        if (\is_string($options['store'] ?? null)) {
            \array_push($call->command, 'STORE', $options['store']);
            $call->replyType = 'int';
        }
    }
}
