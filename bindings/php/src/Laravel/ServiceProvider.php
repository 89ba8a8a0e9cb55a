<?php

declare(strict_types=1);

namespace RedisCluster\Laravel;

use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Support\ServiceProvider as LaravelServiceProvider;

/**
 * Registers the client `rediscluster` for the Redis connections of Laravel, and the broadcasting driver `rediscluster`. Composer's package
 * discovery finds it.
 */
final class ServiceProvider extends LaravelServiceProvider
{
    public function register(): void
    {
        $this->app->resolving('redis', static function (object $manager): void {
            $manager->extend('rediscluster', fn (): Connector => new Connector()); // not static: Laravel binds it
        });
        $this->app->resolving(BroadcastManager::class, static function (BroadcastManager $manager): void {
            $manager->extend('rediscluster', static fn (object $app, array $config): Broadcaster => new Broadcaster(
                $app->make('redis'),
                $config['connection'] ?? null,
                $app['config']->get('database.redis.options.prefix', ''),
            ));
        });
    }
}
