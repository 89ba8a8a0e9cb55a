<?php
declare(strict_types=1);

use RedisCluster\Client;
use RedisCluster\Form;

// The methods of phpredis that are measured, by way of what a drop-in is built on.

final class Subject
{
    private ?array $queue = null;
    private array $forms = [];

    public function __construct(private readonly Client $client)
    {
    }

    public function get(string $key): mixed
    {
        return $this->call(['GET', $key], Form::PHPREDIS);
    }

    public function set(string $key, string $value): mixed
    {
        return $this->call(['SET', $key, $value], Form::PHPREDIS);
    }

    public function mget(array $keys): mixed
    {
        return $this->call(['MGET', $keys], Form::PHPREDIS);
    }

    public function mset(array $pairs): mixed
    {
        return $this->call(['MSET', 'pairs' => $pairs], Form::PHPREDIS);
    }

    public function hGetAll(string $key): mixed
    {
        return $this->call(['HGETALL', $key], Form::PHPREDIS | Form::PAIRS);
    }

    public function pipeline(): self
    {
        $this->queue = $this->forms = [];
        return $this;
    }

    public function exec(): array
    {
        $queue = $this->queue;
        $this->queue = null;
        return $this->client->runAll($queue, $this->forms);
    }

    private function call(array $command, int $form): mixed
    {
        if ($this->queue === null) {
            return $this->client->run($command, $form);
        }
        $this->queue[] = $command;
        $this->forms[] = $form;
        return $this;
    }
}
