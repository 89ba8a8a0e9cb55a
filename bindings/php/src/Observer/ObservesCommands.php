<?php

declare(strict_types=1);

namespace RedisCluster\Observer;

use RedisCluster\ReplyFormat;

/**
 * Tells an observer of the commands of a client or session. Subclasses do this, so that a client without an observer costs nothing more.
 *
 * @internal
 */
trait ObservesCommands
{
    private CommandObserver $observer;

    public function run(array $command, int $format = ReplyFormat::PLAIN): mixed
    {
        return $this->observed([self::words($command)], fn (): array => [parent::run($command, $format)])[0];
    }

    public function runAll(array $commands, int|array $format = ReplyFormat::PLAIN): array
    {
        return $this->observed(\array_map(self::words(...), \array_values($commands)), fn (): array => parent::runAll($commands, $format));
    }

    /**
     * @param list<list<string|int>>  $commands
     * @param \Closure(): list<mixed> $run
     * @return list<mixed>
     */
    private function observed(array $commands, \Closure $run): array
    {
        $this->observer->before($commands);
        $start = \hrtime(true);
        try {
            $replies = $run();
        } catch (\Throwable $thrown) {
            $this->observer->after($commands, \array_fill(0, \count($commands), $thrown), (\hrtime(true) - $start) / 1e9);
            throw $thrown;
        }
        $this->observer->after($commands, $replies, (\hrtime(true) - $start) / 1e9);
        return $replies;
    }

    /**
     * @param array<mixed> $command as run() takes it
     * @return list<string|int>
     */
    private static function words(array $command): array
    {
        $words = [];
        foreach ($command as $place => $argument) {
            if (!\is_array($argument)) {
                $words[] = \is_int($argument) ? $argument : (string) $argument;
                continue;
            }
            foreach ($argument as $key => $element) {
                $place === 'pairs' && $words[] = $key;
                $words[] = \is_int($element) ? $element : (string) $element;
            }
        }
        return $words;
    }
}
