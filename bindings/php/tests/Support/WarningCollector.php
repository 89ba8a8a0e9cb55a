<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/**
 * Collects the warnings of PHP that show a bug in the package. Ignores deliberate warnings, and those about the conversion of arguments, such as
 * an array in place of a string.
 */
final class WarningCollector
{
    private ?string $first = null;

    public function __construct()
    {
        set_error_handler($this->handle(...));
    }

    /** Returns and removes the first warning since the last call. */
    public function take(): ?string
    {
        [$first, $this->first] = [$this->first, null];
        return $first;
    }

    private function handle(int $level, string $message, string $file, int $line): bool
    {
        $isDeliberate = ($level & (E_USER_WARNING | E_USER_NOTICE | E_USER_DEPRECATED | E_DEPRECATED)) !== 0;
        if (!$isDeliberate && !preg_match('/to string conversion|could not be converted to/', $message) && error_reporting() & $level) {
            $this->first ??= "$message in $file:$line";
        }
        return true;
    }
}
