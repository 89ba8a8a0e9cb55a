<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis\Arguments;

use RedisCluster\Phpredis\ArgumentConverter;
use RedisCluster\Phpredis\Call;
use RedisCluster\Phpredis\Replies\Geo as GeoReplies;
use RedisCluster\Request;

/** @internal geospatial indexes */
final class Geo
{
    private const WITH = ['WITHCOORD', 'WITHDIST', 'WITHHASH'];

    /**
     * geoAdd($key, $longitude, $latitude, $member, …), with NX, XX and CH in an array at the end.
     *
     * @param array<mixed> $arguments
     */
    public static function add(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 4);
        if (\count($arguments) % 3 === 0) {
            throw new \ArgumentCountError('RedisCluster\RedisCluster::geoAdd() expects a longitude, a latitude and a member for each place');
        }
        $call->command[] = $convert->key($arguments[0], 0);
        $end = \count($arguments);
        if ($end % 3 === 2 && \is_array($arguments[$end - 1])) {
            \array_push($call->command, ...\array_keys(OptionParser::parse($arguments[--$end], ['NX', 'XX', 'CH'])));
        }
        for ($place = 1; $place < $end; $place++) {
            $call->command[] = $place % 3 === 0 ? $convert->value($arguments[$place]) : self::coordinate($arguments[$place]);
        }
        return true;
    }

    /** Never serialized. The server rejects text that is not a number. */
    private static function coordinate(mixed $number): string
    {
        return \is_float($number) ? Request::formatFloat($number) : Request::toText($number);
    }

    /**
     * geoDist($key, $source, $destination, $unit = 'm').
     *
     * @param array<mixed> $arguments
     */
    public static function distance(Call $call, array $arguments, ArgumentConverter $convert): void
    {
        $convert->requireCount($arguments, 3, 4);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = self::member($arguments[1], 1, $convert);
        $call->command[] = self::member($arguments[2], 2, $convert);
        if (\count($arguments) > 3) {
            $call->command[] = $arguments[3] === null ? '' : $convert->string($arguments[3], 3);
        }
    }

    private static function member(mixed $member, int $place, ArgumentConverter $convert): string
    {
        return $convert->value(\is_scalar($member) ? $member : $convert->string($member, $place));
    }

    /**
     * geoRadius($key, $longitude, $latitude, $radius, $unit, $options = []).
     *
     * @param array<mixed> $arguments
     */
    public static function radius(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 5, 6);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->floatText($arguments[1], 1);
        $call->command[] = $convert->floatText($arguments[2], 2);
        return self::addRadius($call, $arguments, 3, $convert);
    }

    /**
     * geoRadiusByMember($key, $member, $radius, $unit, $options = []).
     *
     * @param array<mixed> $arguments
     */
    public static function radiusByMember(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 4, 5);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = self::member($arguments[1], 1, $convert);
        return self::addRadius($call, $arguments, 2, $convert);
    }

    /**
     * Adds radius, unit and options, which are the arguments from $place on.
     *
     * @param array<mixed> $arguments
     */
    private static function addRadius(Call $call, array $arguments, int $place, ArgumentConverter $convert): bool
    {
        $call->command[] = $convert->floatText($arguments[$place], $place);
        $call->command[] = $convert->string($arguments[$place + 1], $place + 1);
        $options = $convert->array($arguments[$place + 2] ?? [], $place + 2);
        $options = self::options($options, [...self::WITH, 'ASC', 'DESC'], ['COUNT', 'STORE', 'STOREDIST']);
        $with = self::with($options);
        $target = \array_intersect_key($options, ['STORE' => 0, 'STOREDIST' => 0]);
        if ($target !== [] && $with !== []) {
            return $convert->refuse('STORE[DIST] is not compatible with WITHCOORD, WITHDIST or WITHHASH');
        }
        \array_push($call->command, ...$with);
        if (!self::addOrderAndCount($call, $options, $convert)) {
            return false;
        }
        $call->replyContext = $with !== [];
        if ($target !== []) {
            $call->replyType = 'int';
            \array_push($call->command, \array_key_last($target), $convert->key(\end($target), $place + 2));
        }
        return true;
    }

    /**
     * Flags are read only from elements without a name.
     *
     * @param array<mixed> $options
     * @param list<string> $flags
     * @param list<string> $valued
     * @return array<string, mixed>
     */
    private static function options(array $options, array $flags, array $valued): array
    {
        return OptionParser::parse(\array_filter($options, \is_int(...), \ARRAY_FILTER_USE_KEY), $flags) + OptionParser::parse($options, [], $valued);
    }

    /**
     * @param array<string, mixed> $options
     * @return list<string> always in this order
     */
    private static function with(array $options): array
    {
        return \array_values(\array_filter(self::WITH, static fn (string $word): bool => isset($options[$word])));
    }

    /**
     * Adds the order (the last one given) and COUNT: 10, or [10, true] for any ten.
     *
     * @param array<string, mixed> $options
     */
    private static function addOrderAndCount(Call $call, array $options, ArgumentConverter $convert): bool
    {
        $orders = \array_keys(\array_intersect_key($options, ['ASC' => 0, 'DESC' => 0]));
        if ($orders !== []) {
            $call->command[] = \end($orders);
        }
        if (!\array_key_exists('COUNT', $options)) {
            return true;
        }
        [$count, $any] = (array) $options['COUNT'] + [null, false];
        if (!\is_int($count) || $count <= 0) {
            return $convert->refuse('COUNT must be an integer > 0!');
        }
        \array_push($call->command, 'COUNT', $count, ...($any ? ['ANY'] : []));
        return true;
    }

    /**
     * geoSearch($key, $position, $shape, $unit, $options = []). The position is a member or [longitude, latitude], the shape a
     * radius or [width, height].
     *
     * @param array<mixed> $arguments
     */
    public static function search(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 4, 5);
        $call->command[] = $convert->key($arguments[0], 0);
        $options = self::options($convert->array($arguments[4] ?? [], 4), [...self::WITH, 'ASC', 'DESC'], ['COUNT']);
        $with = self::with($options);
        if ($with !== []) {
            $call->replyType = [GeoReplies::class, 'foundWith'];
        }
        if (!self::addArea($call, $arguments, 1, $convert) || !self::addOrderAndCount($call, $options, $convert)) {
            return false;
        }
        \array_push($call->command, ...$with);
        return true;
    }

    /**
     * geoSearchStore($destination, $source, $position, $shape, $unit, $options = []).
     *
     * @param array<mixed> $arguments
     */
    public static function searchAndStore(Call $call, array $arguments, ArgumentConverter $convert): bool
    {
        $convert->requireCount($arguments, 5, 6);
        $call->command[] = $convert->key($arguments[0], 0);
        $call->command[] = $convert->key($arguments[1], 1);
        $options = self::options($convert->array($arguments[5] ?? [], 5), ['STOREDIST', 'WITHDIST', 'ASC', 'DESC'], ['COUNT']);
        if (!self::addArea($call, $arguments, 2, $convert) || !self::addOrderAndCount($call, $options, $convert)) {
            return false;
        }
        if (isset($options['STOREDIST']) || isset($options['WITHDIST'])) {
            $call->command[] = 'STOREDIST';
        }
        return true;
    }

    /**
     * Adds position, shape and unit, which are the arguments from $place on.
     *
     * @param array<mixed> $arguments
     */
    private static function addArea(Call $call, array $arguments, int $place, ArgumentConverter $convert): bool
    {
        [$position, $shape] = \array_slice($arguments, $place, 2);
        if (\is_array($position) && \count($position) === 2) {
            \array_push($call->command, 'FROMLONLAT', ...self::numbers($position, $place, $convert));
        } elseif (!\is_array($position) && $position !== null && $position !== '') {
            \array_push($call->command, 'FROMMEMBER', self::member($position, $place, $convert));
        } else {
            return $convert->refuse('Invalid position');
        }
        if (\is_array($shape) && \count($shape) === 2) {
            \array_push($call->command, 'BYBOX', ...self::numbers($shape, $place + 1, $convert));
        } elseif (\is_int($shape) || \is_float($shape) || \is_numeric($shape)) {
            \array_push($call->command, 'BYRADIUS', $convert->floatText($shape, $place + 1));
        } else {
            return $convert->refuse('Invalid shape dimensions');
        }
        $call->command[] = $convert->string($arguments[$place + 2], $place + 2);
        return true;
    }

    /**
     * @param array<mixed> $numbers
     * @return list<string>
     */
    private static function numbers(array $numbers, int $place, ArgumentConverter $convert): array
    {
        return \array_map(static fn (mixed $number): string => $convert->floatText($number, $place), \array_values($numbers));
    }
}
