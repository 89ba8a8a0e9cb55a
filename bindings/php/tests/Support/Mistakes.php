<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** What PHP warns of because of a mistake in the package. What a caller has deserved, who gives an array for a text, is none. */
final class Mistakes
{
    private ?string $first = null;

    public function __construct()
    {
        set_error_handler($this->judge(...));
    }

    /** The first since the last time. */
    public function take(): ?string
    {
        [$first, $this->first] = [$this->first, null];
        return $first;
    }

    private function judge(int $level, string $message, string $file, int $line): bool
    {
        $deliberate = ($level & (E_USER_WARNING | E_USER_NOTICE | E_USER_DEPRECATED | E_DEPRECATED)) !== 0;
        if (!$deliberate && !preg_match('/to string conversion|could not be converted to/', $message) && error_reporting() & $level) {
            $this->first ??= "$message in $file:$line";
        }
        return true;
    }
}
