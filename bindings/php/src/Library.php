<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;
use FFI\CType;

/**
 * The shared library: found, loaded and checked once a process (once a request, where PHP forgets between requests).
 *
 * @internal
 */
final class Library
{
    /** The ABI that this package speaks; it is also the number in the library's soname. */
    public const ABI = 1;

    private const NAME = 'librediscluster.so.' . self::ABI;
    private const SCOPE = 'rediscluster';
    private const HEADER = __DIR__ . '/../include/rediscluster.h';
    private const VERSIONS = 'const char *rediscluster_version(void); uint32_t rediscluster_abi_version(void);';

    private const FATAL = \E_ERROR | \E_CORE_ERROR | \E_COMPILE_ERROR | \E_USER_ERROR | \E_RECOVERABLE_ERROR;

    private static ?self $loaded = null;

    /** Pointers that calls write, as arrays of one: PHP passes an array as the pointer to its first element. */
    public readonly CType $handle;
    public readonly CType $session;
    public readonly CType $error;
    /** A struct that calls fill, in an array too. */
    public readonly CType $answer;

    /**
     * The first answer that no call uses. A call takes it off and puts it back: a signal's handler, a destructor or another
     * fiber that calls meanwhile takes another.
     */
    public ?Answer $idle = null;

    /** Nobody will release an answer later: destructors may call after the functions that run at the end. */
    public bool $isEnding = false;

    /** @var list<Answer> all there are, as many as calls have been under way at once */
    private array $answers = [];

    /** @var \WeakMap<Client|Session, true> what has connections of its own */
    private readonly \WeakMap $owners;

    private function __construct(public readonly \FFI $ffi)
    {
        $this->owners = new \WeakMap();
        $this->handle = $ffi->type('rediscluster *[1]');
        $this->session = $ffi->type('rediscluster_session *[1]');
        $this->error = $ffi->type('rediscluster_error *[1]');
        $this->answer = $ffi->type('rediscluster_php_answer[1]');
        // A fatal error (memory_limit, max_execution_time) runs no `finally` and no destructor, but this.
        \register_shutdown_function($this->release(...));
    }

    public static function get(): self
    {
        return self::$loaded ??= self::load();
    }

    /** The exception of a failed call, whose error it frees. */
    public function failure(CData $error): Exception
    {
        $exception = Exception::from($this->ffi, $error[0]);
        $this->ffi->rediscluster_error_free($error[0]);
        return $exception;
    }

    /** The value that a function of the library answers. */
    public function call(string $function, CData|string|int|null ...$arguments): mixed
    {
        $answer = $this->idle ?? $this->anotherAnswer();
        $this->idle = $answer->next;
        try {
            \array_push($arguments, $answer->place, $answer->error);
            if ($this->ffi->$function(...$arguments) !== 0) {
                throw $this->failure($answer->error);
            }
            return $answer->value();
        } finally {
            $answer->next = $this->idle;
            $this->idle = $answer;
        }
    }

    public function anotherAnswer(): Answer
    {
        return $this->answers[] = new Answer($this);
    }

    private function release(): void
    {
        $this->isEnding = true;
        foreach ($this->answers as $answer) {
            $answer->release();
        }
        $error = \error_get_last() ?? ['type' => 0, 'message' => ''];
        // An exception that nobody caught is reported as fatal, but destructors run.
        if ($error['type'] & self::FATAL && !\str_starts_with($error['message'], 'Uncaught ')) {
            \register_shutdown_function($this->closeAll(...)); // behind those that may have something to write yet
        }
    }

    /** Has a client or session closed at the end of the request, should PHP run no destructors then. */
    public function mind(Client|Session $owner): void
    {
        $this->owners[$owner] = true;
    }

    private function closeAll(): void
    {
        foreach ($this->owners as $owner => $true) {
            $owner->close();
        }
    }

    private static function load(): self
    {
        if (!\extension_loaded('ffi')) {
            throw new LibraryException(self::withoutExtension());
        }
        try {
            return new self(self::preloaded() ?? self::found());
        } catch (\FFI\Exception $exception) {
            $message = match (true) {
                self::isForbidden($exception) => self::forbidden(),
                // Releases add functions, which an older library of the same ABI lacks.
                \str_contains($exception->getMessage(), 'resolving C function') => $exception->getMessage()
                    . ': the library is older than this package. Install both of the same release.',
                default => $exception->getMessage(),
            };
            throw new LibraryException($message, previous: $exception);
        }
    }

    /** What ffi.preload has loaded when PHP started, or null. */
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

    private static function found(): \FFI
    {
        $tried = [];
        foreach (self::places() as $place) {
            try {
                // The two functions that every ABI has come first: an unfit library may lack any other.
                $versions = \FFI::cdef(self::VERSIONS, $place);
            } catch (\FFI\Exception $exception) {
                if (self::isForbidden($exception)) {
                    throw $exception;
                }
                $tried[] = '  ' . $place . ': ' . self::reason($place, $exception);
                continue;
            }
            self::checkAbi($versions, $place);
            return \FFI::cdef(\file_get_contents(self::HEADER), $place);
        }
        throw new LibraryException(self::notFound($tried));
    }

    /** @return list<string> who names a library wants that one and no other */
    private static function places(): array
    {
        $named = (string) \getenv('REDISCLUSTER_LIBRARY');
        return $named !== '' ? [$named] : [\dirname(__DIR__) . '/lib/' . self::NAME, self::NAME];
    }

    private static function checkAbi(\FFI $ffi, string $place): void
    {
        $abi = $ffi->rediscluster_abi_version();
        if ($abi !== self::ABI) {
            throw new LibraryException(\sprintf(
                'The library (%s, version %s) has ABI %d, this package needs ABI %d: install a library and a package of '
                . 'the same release, and restart PHP.',
                $place,
                $ffi->rediscluster_version(),
                $abi,
                self::ABI,
            ));
        }
    }

    /** FFI has one class of exception for a refusal by php.ini and for a library that does not load. */
    private static function isForbidden(\FFI\Exception $exception): bool
    {
        return \str_contains($exception->getMessage(), 'ffi.enable');
    }

    private static function reason(string $place, \FFI\Exception $exception): string
    {
        return match (true) {
            !\str_contains($place, '/') => "not where the system's loader looks (LD_LIBRARY_PATH, ldconfig)",
            !\is_file($place) => 'no such file',
            default => $exception->getMessage() . " (`ldd $place` may say why)",
        };
    }

    private static function withoutExtension(): string
    {
        return "PHP's extension ffi is not loaded. Switch it on with extension=ffi in php.ini, or install it: "
            . '`phpenmod ffi` on Debian and Ubuntu, `dnf install php-ffi` on Fedora, `docker-php-ext-install ffi` in '
            . "PHP's Docker images.";
    }

    private static function forbidden(): string
    {
        $package = \dirname(__DIR__);
        $where = \sprintf('ffi.enable=%s, SAPI %s', \ini_get('ffi.enable'), \PHP_SAPI);
        return "php.ini forbids FFI here ($where). Either preload, in php.ini:\n"
            . "  ffi.enable=preload\n"
            . "  ffi.preload=$package/include/rediscluster.h\n"
            . "  opcache.preload=$package/preload.php\n"
            . "  opcache.preload_user=www-data (the user PHP runs as)\n"
            . 'or allow FFI to every script with ffi.enable=1. Then restart PHP.';
    }

    /** @param list<string> $tried */
    private static function notFound(array $tried): string
    {
        return self::NAME . " cannot be loaded. Tried:\n" . \implode("\n", $tried) . "\n"
            . 'Install it (`make install`, then `ldconfig`), or name its file in the environment variable REDISCLUSTER_LIBRARY.';
    }
}
