<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;

/** @internal */
final class Vectors
{
    /**
     * vadd($key, $numbers, $member, ['REDUCE' => 3, 'CAS', 'NOQUANT', 'EF' => 200, 'SETATTR' => […], 'M' => 16]).
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        $flags = ['CAS', 'NOQUANT', 'Q8', 'BIN'];
        $options = OptionParser::parse($convert->array($arguments[3] ?? [], 3), $flags, ['REDUCE', 'EF', 'SETATTR', 'M']);
        $call->command[] = $convert->key($arguments[0], 0);
        if (isset($options['REDUCE'])) {
            \array_push($call->command, 'REDUCE', $convert->int($options['REDUCE'], 3));
            unset($options['REDUCE']);
        }
        self::addVector($call, $convert->array($arguments[1], 1), $convert);
        $call->command[] = $convert->value($arguments[2]);
        self::addOptions($call, $options, 3, $convert);
    }

    /**
     * vsim($key, $member or $numbers, ['WITHSCORES', 'COUNT' => 10, 'FILTER' => …]).
     *
     * @param array<mixed> $arguments
     */
    public static function similar(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        $valued = ['COUNT', 'EF', 'EPSILON', 'FILTER', 'FILTER-EF'];
        $options = OptionParser::parse($convert->array($arguments[2] ?? [], 2), ['WITHSCORES', 'TRUTH', 'NOTHREAD'], $valued);
        $call->command[] = $convert->key($arguments[0], 0);
        if (\is_array($arguments[1])) {
            self::addVector($call, $arguments[1], $convert);
        } else {
            \array_push($call->command, 'ELE', $convert->value($arguments[1]));
        }
        if (isset($options['WITHSCORES'])) {
            $call->replyType = 'scores';
        }
        self::addOptions($call, $options, 2, $convert);
    }

    /** @param array<mixed> $arguments */
    public static function embedding(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->value($arguments[1]));
        if ($convert->bool($arguments[2] ?? false, 2)) {
            $call->command[] = 'RAW';
            $call->replyType = 'list';
        }
    }

    /** @param array<mixed> $arguments */
    public static function attributes(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->value($arguments[1]));
        $call->replyContext = $convert->bool($arguments[2] ?? true, 2);
    }

    /** @param array<mixed> $arguments */
    public static function setAttributes(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 3);
        $attributes = self::json($arguments[2], 2, $convert);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->value($arguments[1]), $attributes);
    }

    /** @param array<mixed> $arguments */
    public static function links(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 2, 3);
        \array_push($call->command, $convert->key($arguments[0], 0), $convert->value($arguments[1]));
        $call->replyContext = $convert->bool($arguments[2] ?? false, 2);
        if ($call->replyContext) {
            $call->command[] = 'WITHSCORES';
        }
    }

    /** @param array<mixed> $arguments */
    public static function random(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 1, 2);
        $call->command[] = $convert->key($arguments[0], 0);
        $count = $convert->int($arguments[1] ?? 0, 1);
        if ($count !== 0) {
            $call->command[] = $count;
            $call->replyType = 'values';
        }
    }

    /** @param array<mixed> $numbers */
    private static function addVector(Call $call, array $numbers, ArgumentConverter $convert): void
    {
        \array_push($call->command, 'VALUES', \count($numbers));
        foreach ($numbers as $number) {
            $call->command[] = $convert->floatText($number, 1);
        }
    }

    /** @param array<string, mixed> $options */
    private static function addOptions(Call $call, array $options, int $place, ArgumentConverter $convert): void
    {
        foreach ($options as $word => $value) {
            $call->command[] = $word;
            if ($word === 'SETATTR') {
                $call->command[] = self::json($value, $place, $convert);
            } elseif ($word === 'FILTER') {
                $call->command[] = $convert->string($value, $place);
            } elseif ($word === 'EPSILON') {
                $call->command[] = $convert->floatText($value, $place);
            } elseif ($value !== true) {
                $call->command[] = $convert->int($value, $place);
            }
        }
    }

    private static function json(mixed $attributes, int $place, ArgumentConverter $convert): string
    {
        $text = \is_array($attributes) ? \json_encode($attributes) : $convert->string($attributes, $place);
        return $text === false ? throw $convert->typeError('an array that JSON can represent', $attributes, $place) : $text;
    }
}
