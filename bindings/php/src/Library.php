<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;
use FFI\CType;
use Psr\Log\LoggerInterface;
use RedisCluster\Install\LibraryInstaller;

/**
 * The shared library. It is located, loaded and checked once per process, or once per request where PHP resets its
 * classes between requests.
 *
 * @internal
 */
final class Library
{
    /** The ABI version that this package needs. It is also the number in the library's soname. */
    public const ABI = 1;

    private const NAME = 'librediscluster.so.' . self::ABI;
    private const SCOPE = 'rediscluster';
    private const HEADER = __DIR__ . '/../include/rediscluster_ffi.h';
    private const VERSION_FUNCTIONS = 'const char *rediscluster_version(void); uint32_t rediscluster_abi_version(void);';
    /** The number of the library's private interface for PHP (rediscluster_php.h) that this package is written for. */
    private const INTERFACE = 1;
    private const INTERFACE_FUNCTION = 'uint32_t rediscluster_php_interface_version(void);';

    private const FATAL_ERRORS = \E_ERROR | \E_CORE_ERROR | \E_COMPILE_ERROR | \E_USER_ERROR | \E_RECOVERABLE_ERROR;

    private static ?self $loaded = null;

    /** Output parameters, as arrays of one element: PHP passes an array as the pointer to its first element. */
    public readonly CType $clusterHandleType;
    public readonly CType $sessionHandleType;
    public readonly CType $errorType;
    public readonly CType $replyType;

    /**
     * The head of a list of replies that no call uses. A call removes one and puts it back afterwards: a signal handler,
     * a destructor or another fiber that calls the library in between gets a different one.
     */
    public ?NativeReply $idleReply = null;

    /** Gets the events of the library. Every call looks at this; see reportEvents(). */
    public ?LoggerInterface $logger = null;

    /** Whether reportEvents() runs. It stays true if the logger ends the script: PHP then skips `finally`. */
    private bool $isReporting = false;

    /** See signalsAreUnsafe(). */
    public readonly bool $signalsAreUnsafe;

    /** @var list<NativeReply> every reply created so far: one per concurrent call */
    private array $replies = [];

    /** @var \WeakMap<CommandRunner, true> those that own connections */
    private readonly \WeakMap $closedAtShutdown;

    private function __construct(public readonly \FFI $ffi)
    {
        $this->closedAtShutdown = new \WeakMap();
        $this->signalsAreUnsafe = self::signalsAreUnsafe();
        $this->clusterHandleType = $ffi->type('rediscluster *[1]');
        $this->sessionHandleType = $ffi->type('rediscluster_session *[1]');
        $this->errorType = $ffi->type('rediscluster_error *[1]');
        $this->replyType = $ffi->type('rediscluster_php_reply[1]');
        // A fatal error (memory_limit, max_execution_time) skips `finally` and destructors, but not shutdown functions.
        \register_shutdown_function($this->shutDown(...));
    }

    public static function get(): self
    {
        return self::$loaded ??= self::withoutSignals(self::load(...));
    }

    /**
     * Whether PHP crashes if a signal handler throws, or takes a backtrace, when a function of the library returns. It is so since PHP 8.4, if
     * pcntl_async_signals() is on: the handler then runs while the frame of the call names a function that PHP has already freed.
     */
    private static function signalsAreUnsafe(): bool
    {
        return \PHP_VERSION_ID >= 80400 && \function_exists('pcntl_async_signals');
    }

    /**
     * Runs calls to the library. Where a signal handler would crash PHP, it runs after them, not between them.
     *
     * @template T
     * @param \Closure(): T $calls
     * @return T
     */
    public static function withoutSignals(\Closure $calls): mixed
    {
        if (!self::signalsAreUnsafe() || !\pcntl_async_signals()) {
            return $calls();
        }
        try {
            \pcntl_async_signals(false);
            return $calls();
        } finally {
            \pcntl_async_signals(true);
            \pcntl_signal_dispatch();
        }
    }

    /** Converts the error of a failed call to an exception, and frees the error. */
    public function failure(CData $error): Exception
    {
        $exception = Exception::fromError($this->ffi, $error[0]);
        $this->ffi->rediscluster_error_free($error[0]);
        return $exception;
    }

    /** Calls a function of the library and returns its reply. The last two parameters, reply and error, are added here. */
    public function call(string $function, CData|string|int|null ...$arguments): mixed
    {
        if ($this->signalsAreUnsafe && \pcntl_async_signals()) {
            return self::withoutSignals(fn (): mixed => $this->call($function, ...$arguments));
        }
        $reply = $this->idleReply ?? $this->newReply();
        $this->idleReply = $reply->nextIdle;
        try {
            \array_push($arguments, $reply->output, $reply->error);
            if ($this->ffi->$function(...$arguments) !== 0) {
                throw $this->failure($reply->error);
            }
            return $reply->value();
        } catch (\Throwable $throwable) {
            $reply->release();
            throw $throwable;
        } finally {
            $reply->nextIdle = $this->idleReply;
            $this->idleReply = $reply;
            if ($this->logger !== null) {
                $this->reportEvents();
            }
        }
    }

    /** Null: the library keeps no events. */
    public function setLogger(?LoggerInterface $logger): void
    {
        $this->logger = $logger;
        self::withoutSignals(fn () => $this->ffi->rediscluster_php_log_keep((int) ($logger !== null)));
    }

    /** Passes the events that the library has kept since the last call to the logger. */
    public function reportEvents(): void
    {
        // The logger may use the library, too.
        if ($this->isReporting || $this->ffi->rediscluster_php_log_pending() === 0) {
            return;
        }
        $this->isReporting = true;
        try {
            foreach ($this->call('rediscluster_php_log_take') as ['level' => $level, 'kind' => $kind, 'server' => $server, 'message' => $message]) {
                $text = 'rediscluster: ' . ($server === '' ? '' : "$server: ") . $message;
                $this->logger?->log($level, $text, ['event' => $kind, 'server' => $server]);
            }
        } catch (\Throwable) {
            // The outcome of the command is more important than that of the logger.
        } finally {
            $this->isReporting = false;
        }
    }

    /** Calls a function of the library whose last two parameters, a new handle of this type and an error, are added here. */
    public function newHandle(string $function, CType $type, CData|string|int|null ...$arguments): CData
    {
        $handle = $this->ffi->new($type);
        $error = $this->ffi->new($this->errorType);
        if ($this->ffi->$function(...[...$arguments, $handle, $error]) !== 0) {
            throw $this->failure($error);
        }
        return $handle[0];
    }

    public function newReply(): NativeReply
    {
        return $this->replies[] = new NativeReply($this);
    }

    private function shutDown(): void
    {
        self::withoutSignals(function (): void {
            if ($this->logger !== null) {
                $this->reportEvents();
                // The process may go on with another request.
                $this->setLogger(null);
            }
            foreach ($this->replies as $reply) {
                $reply->release();
            }
        });
        $error = \error_get_last() ?? ['type' => 0, 'message' => ''];
        // PHP reports an uncaught exception as a fatal error, but runs the destructors then.
        if ($error['type'] & self::FATAL_ERRORS && !\str_starts_with($error['message'], 'Uncaught ')) {
            // Last: other shutdown functions may still write.
            \register_shutdown_function($this->closeAll(...));
        }
    }

    /** Closes a client or session at the end of the request if PHP does not run its destructor. */
    public function trackForShutdown(CommandRunner $owner): void
    {
        $this->closedAtShutdown[$owner] = true;
    }

    private function closeAll(): void
    {
        foreach ($this->closedAtShutdown as $owner => $true) {
            $owner->close();
        }
    }

    private static function load(): self
    {
        if (!\extension_loaded('ffi')) {
            throw new LibraryException(self::extensionMissing());
        }
        try {
            return new self(self::preloaded() ?? self::loadFirstFound());
        } catch (\FFI\Exception $exception) {
            $message = match (true) {
                self::isForbidden($exception) => self::forbiddenByIni(),
                // A release may add functions that an older library with the same ABI number lacks.
                \str_contains($exception->getMessage(), 'resolving C function') => $exception->getMessage()
                    . ': the library is older than this package. Install the library and the package of the same release.',
                default => $exception->getMessage(),
            };
            throw new LibraryException($message, previous: $exception);
        }
    }

    /** The library that ffi.preload loaded when PHP started, or null. */
    private static function preloaded(): ?\FFI
    {
        try {
            $ffi = \FFI::scope(self::SCOPE);
        } catch (\FFI\Exception $exception) {
            return self::isForbidden($exception) ? throw $exception : null;
        }
        self::checkAbi($ffi, 'preloaded by ffi.preload');
        return $ffi;
    }

    private static function loadFirstFound(): \FFI
    {
        $tried = [];
        foreach (self::candidates() as $file) {
            try {
                // Declare only the two functions that every ABI has: a library with another ABI may lack the others.
                $versions = \FFI::cdef(self::VERSION_FUNCTIONS, $file);
            } catch (\FFI\Exception $exception) {
                if (self::isForbidden($exception)) {
                    throw $exception;
                }
                $tried[] = '  ' . $file . ': ' . self::reason($file, $exception);
                continue;
            }
            self::checkAbi($versions, $file);
            self::checkInterface(\FFI::cdef(self::INTERFACE_FUNCTION, $file), $file);
            return \FFI::cdef(\file_get_contents(self::HEADER), $file);
        }
        throw new LibraryException(self::notFound($tried));
    }

    /** @return list<string> REDISCLUSTER_LIBRARY excludes all others */
    private static function candidates(): array
    {
        $configured = (string) \getenv('REDISCLUSTER_LIBRARY');
        if ($configured !== '') {
            return [$configured];
        }
        $folder = \dirname(__DIR__) . '/lib';
        $installed = \is_dir($folder) ? LibraryInstaller::target() : '';
        return [...(\is_file($installed) ? [$installed] : []), "$folder/" . self::NAME, self::NAME];
    }

    private static function checkAbi(\FFI $ffi, string $file): void
    {
        $abi = $ffi->rediscluster_abi_version();
        if ($abi !== self::ABI) {
            throw new LibraryException(\sprintf(
                'The library (%s, version %s) has ABI %d, this package needs ABI %d: install the library and the package of '
                . 'the same release, and restart PHP.',
                $file,
                $ffi->rediscluster_version(),
                $abi,
                self::ABI,
            ));
        }
    }

    private static function checkInterface(\FFI $ffi, string $file): void
    {
        $interface = $ffi->rediscluster_php_interface_version();
        if ($interface !== self::INTERFACE) {
            throw new LibraryException(\sprintf(
                'The library (%s) has PHP interface %d, this package needs PHP interface %d: install a library and a package of '
                . 'the same release, and restart PHP.',
                $file,
                $interface,
                self::INTERFACE,
            ));
        }
    }

    /** FFI throws the same class for a refusal by php.ini and for a library that does not load. */
    private static function isForbidden(\FFI\Exception $exception): bool
    {
        return \str_contains($exception->getMessage(), 'ffi.enable');
    }

    private static function reason(string $file, \FFI\Exception $exception): string
    {
        return match (true) {
            !\str_contains($file, '/') => "not found by the system's loader (LD_LIBRARY_PATH, ldconfig)",
            !\is_file($file) => 'no such file',
            default => $exception->getMessage() . " (`ldd $file` may show the reason)",
        };
    }

    private static function extensionMissing(): string
    {
        return "The PHP extension ffi is not loaded. Enable it with extension=ffi in php.ini, or install it: "
            . '`phpenmod ffi` on Debian and Ubuntu, `dnf install php-ffi` on Fedora, `docker-php-ext-install ffi` in '
            . "PHP's Docker images.";
    }

    private static function forbiddenByIni(): string
    {
        if (\PHP_SAPI === 'cli-server') {
            return 'php.ini forbids FFI here (ffi.enable=' . \ini_get('ffi.enable') . ', SAPI cli-server). Start the built-in web server as '
                . '`php -d ffi.enable=1 -S …`.';
        }
        $package = \dirname(__DIR__);
        $where = \sprintf('ffi.enable=%s, SAPI %s', \ini_get('ffi.enable'), \PHP_SAPI);
        return "php.ini forbids FFI here ($where). Either preload, in php.ini:\n"
            . "  ffi.enable=preload\n"
            . "  ffi.preload=$package/include/rediscluster_ffi.h\n"
            . "  opcache.preload=$package/preload.php\n"
            . "  opcache.preload_user=www-data (the user PHP runs as)\n"
            . 'or allow FFI to every script with ffi.enable=1. Then restart PHP.';
    }

    /** @param list<string> $tried */
    private static function notFound(array $tried): string
    {
        return self::NAME . " cannot be loaded. Tried:\n" . \implode("\n", $tried) . "\n"
            . 'Install it (`make install`, then `ldconfig`; without Rust: `vendor/bin/rediscluster-library SOURCE`), or set the environment '
            . 'variable REDISCLUSTER_LIBRARY to its path.';
    }
}
