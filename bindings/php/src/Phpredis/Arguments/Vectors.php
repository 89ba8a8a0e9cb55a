<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Vectors
{
    /**
     * vadd($key, $numbers, $member, ['REDUCE' => 3, 'CAS', 'NOQUANT', 'EF' => 200, 'SETATTR' => […], 'M' => 16]).
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 4);
        $flags = ['CAS', 'NOQUANT', 'Q8', 'BIN'];
        $options = Words::of($as->array($arguments[3] ?? [], 3), $flags, ['REDUCE', 'EF', 'SETATTR', 'M']);
        $call->command[] = $as->key($arguments[0], 0);
        if (isset($options['REDUCE'])) {
            \array_push($call->command, 'REDUCE', $as->int($options['REDUCE'], 3));
            unset($options['REDUCE']);
        }
        self::numbers($call, $as->array($arguments[1], 1), $as);
        $call->command[] = $as->value($arguments[2]);
        self::options($call, $options, 3, $as);
    }

    /**
     * vsim($key, $member or $numbers, ['WITHSCORES', 'COUNT' => 10, 'FILTER' => …]).
     *
     * @param array<mixed> $arguments
     */
    public static function similar(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        $valued = ['COUNT', 'EF', 'EPSILON', 'FILTER', 'FILTER-EF'];
        $options = Words::of($as->array($arguments[2] ?? [], 2), ['WITHSCORES', 'TRUTH', 'NOTHREAD'], $valued);
        $call->command[] = $as->key($arguments[0], 0);
        if (\is_array($arguments[1])) {
            self::numbers($call, $arguments[1], $as);
        } else {
            \array_push($call->command, 'ELE', $as->value($arguments[1]));
        }
        if (isset($options['WITHSCORES'])) {
            $call->reply = 'scores';
        }
        self::options($call, $options, 2, $as);
    }

    /** @param array<mixed> $arguments */
    public static function embedding(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->value($arguments[1]));
        if ($as->bool($arguments[2] ?? false, 2)) {
            $call->command[] = 'RAW';
            $call->reply = 'list';
        }
    }

    /** @param array<mixed> $arguments */
    public static function attributes(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->value($arguments[1]));
        $call->context = $as->bool($arguments[2] ?? true, 2);
    }

    /** @param array<mixed> $arguments */
    public static function setAttributes(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 3, 3);
        $attributes = self::json($arguments[2], 2, $as);
        \array_push($call->command, $as->key($arguments[0], 0), $as->value($arguments[1]), $attributes);
    }

    /** @param array<mixed> $arguments */
    public static function links(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 2, 3);
        \array_push($call->command, $as->key($arguments[0], 0), $as->value($arguments[1]));
        $call->context = $as->bool($arguments[2] ?? false, 2);
        if ($call->context) {
            $call->command[] = 'WITHSCORES';
        }
    }

    /** @param array<mixed> $arguments */
    public static function random(Call $call, array $arguments, Arguments $as): void
    {
        $as->counted($arguments, 1, 2);
        $call->command[] = $as->key($arguments[0], 0);
        $count = $as->int($arguments[1] ?? 0, 1);
        if ($count !== 0) {
            $call->command[] = $count;
            $call->reply = 'values';
        }
    }

    /** @param array<mixed> $numbers */
    private static function numbers(Call $call, array $numbers, Arguments $as): void
    {
        \array_push($call->command, 'VALUES', \count($numbers));
        foreach ($numbers as $number) {
            $call->command[] = $as->number($number, 1);
        }
    }

    /** @param array<string, mixed> $options */
    private static function options(Call $call, array $options, int $place, Arguments $as): void
    {
        foreach ($options as $word => $value) {
            $call->command[] = $word;
            if ($word === 'SETATTR') {
                $call->command[] = self::json($value, $place, $as);
            } elseif ($word === 'FILTER') {
                $call->command[] = $as->string($value, $place);
            } elseif ($word === 'EPSILON') {
                $call->command[] = $as->number($value, $place);
            } elseif ($value !== true) {
                $call->command[] = $as->int($value, $place);
            }
        }
    }

    private static function json(mixed $attributes, int $place, Arguments $as): string
    {
        $text = \is_array($attributes) ? \json_encode($attributes) : $as->string($attributes, $place);
        return $text === false ? throw $as->unfit('what JSON can say', $attributes, $place) : $text;
    }
}
