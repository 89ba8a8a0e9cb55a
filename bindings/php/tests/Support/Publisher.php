<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A process that publishes messages one after the other, each as soon as the channel has a subscriber. */
final class Publisher
{
    /** @var resource */
    private $process;

    public function __construct(int $port, string $channel, string ...$messages)
    {
        $command = [PHP_BINARY, __DIR__ . '/../programs/publish.php', (string) $port, $channel, ...$messages];
        $this->process = proc_open($command, [['file', '/dev/null', 'r']], $pipes);
    }

    public function __destruct()
    {
        proc_terminate($this->process, 9);
        proc_close($this->process);
    }
}
