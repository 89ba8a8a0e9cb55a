<?php

declare(strict_types=1);

namespace RedisCluster;

/**
 * Commands that wait to be sent together, in the form in which the library reads them: a command needs little more memory than its bytes.
 *
 * A command is a head, then each argument as its length, a colon and its bytes. The head is eight times the number of arguments plus the
 * ReplyFormat of the reply, and a colon.
 *
 * @internal
 */
final class CommandBatch
{
    public string $bytes = '';
    public int $count = 0;

    /** @param array<mixed> $command as CommandRunner::run() takes it */
    public function add(array $command, int $format): void
    {
        $bytes = '';
        $count = 0;
        foreach ($command as $place => $argument) {
            if (!\is_array($argument)) {
                $argument = (string) $argument;
                $bytes .= \strlen($argument) . ":$argument";
                $count++;
                continue;
            }
            foreach ($argument as $key => $element) {
                if ($place === 'pairs') {
                    $bytes .= \strlen((string) $key) . ":$key";
                    $count++;
                }
                $element = \is_string($element) ? $element : Request::toText($element);
                $bytes .= \strlen($element) . ":$element";
                $count++;
            }
        }
        $this->bytes .= ($count << 3 | $format) . ":$bytes";
        $this->count++;
    }

    /** The request for the library. Without a format, each reply has that of its command. */
    public function request(?int $format = null): string
    {
        return "$this->bytes:$this->count:$format\xfe";
    }

    /** @return list<list<string>> the arguments of each command */
    public function commands(): array
    {
        $commands = [];
        $at = 0;
        $number = function () use (&$at): int {
            $digits = \strspn($this->bytes, '0123456789', $at);
            $at += $digits + 1;
            return (int) \substr($this->bytes, $at - $digits - 1, $digits);
        };
        for ($left = $this->count; $left > 0; $left--) {
            $command = [];
            for ($arguments = $number() >> 3; $arguments > 0; $arguments--) {
                $length = $number();
                $command[] = \substr($this->bytes, $at, $length);
                $at += $length;
            }
            $commands[] = $command;
        }
        return $commands;
    }
}
