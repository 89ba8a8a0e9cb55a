<?php

declare(strict_types=1);

namespace RedisCluster\Laravel;

use Illuminate\Support\ServiceProvider as LaravelServiceProvider;

/** Registers the client `rediscluster` for the Redis connections of Laravel. Composer's package discovery finds it. */
final class ServiceProvider extends LaravelServiceProvider
{
    public function register(): void
    {
        $this->app->resolving('redis', static function (object $manager): void {
            $manager->extend('rediscluster', fn (): Connector => new Connector()); // not static: Laravel binds it
        });
    }
}
