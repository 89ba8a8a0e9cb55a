<?php

declare(strict_types=1);

namespace RedisCluster\Laravel;

use Illuminate\Broadcasting\Broadcasters\RedisBroadcaster;

/**
 * Laravel's broadcaster for Redis with one PUBLISH per channel, all sent at the same time. Laravel publishes in a script without keys, which
 * would run on one node and not reach the subscribers of channels on the others.
 */
final class Broadcaster extends RedisBroadcaster
{
    /**
     * @param array<mixed>         $channels
     * @param string               $event
     * @param array<string, mixed> $payload
     */
    public function broadcast(array $channels, $event, array $payload = []): void
    {
        if ($channels === []) {
            return;
        }
        $socket = $payload['socket'] ?? null;
        unset($payload['socket']);
        $message = \json_encode(['event' => $event, 'data' => $payload, 'socket' => $socket], \JSON_THROW_ON_ERROR);
        $connection = $this->redis->connection($this->connection);
        $names = $this->formatChannels($channels);
        $connection->pipeline(static function (object $pipe) use ($names, $message): void {
            foreach ($names as $name) {
                $pipe->publish($name, $message);
            }
        });
    }
}
