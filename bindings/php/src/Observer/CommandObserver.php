<?php

declare(strict_types=1);

namespace RedisCluster\Observer;

/**
 * Is told of every command of an ObservedClient, or of an object of RedisCluster with observe(). An exception that a method throws reaches the
 * caller of the command.
 */
interface CommandObserver
{
    /**
     * Before the commands are sent: one, or those of a pipeline.
     *
     * @param list<list<string|int>> $commands name and arguments
     */
    public function before(array $commands): void;

    /**
     * @param list<list<string|int>> $commands
     * @param list<mixed>            $replies  one per command; for a command that failed, its exception
     * @param float                  $seconds  that they took together
     */
    public function after(array $commands, array $replies, float $seconds): void;
}
