<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * A handle of the library. It is closed once: explicitly, or when no object refers to it any more.
 *
 * @internal
 */
final class Handle
{
    /** Null: closed. */
    private ?CData $pointer;

    /** @param string $close the function of the library that closes it */
    public function __construct(private readonly Library $library, private readonly string $close, CData $pointer)
    {
        $this->pointer = $pointer;
    }

    public function __destruct()
    {
        $this->close();
    }

    public function close(): void
    {
        Library::withoutSignals(function (): void {
            // Before the call: a signal handler may throw after it.
            [$pointer, $this->pointer] = [$this->pointer, null];
            if ($pointer !== null) {
                $this->library->ffi->{$this->close}($pointer);
            }
        });
    }
}
