<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use PHPUnit\Framework\Assert;

/** Runs requests that use the PHP session `abc`, each in its own process. */
final class PhpSession
{
    private const PROGRAM = __DIR__ . '/../programs/session_request.php';
    public const WITHOUT_EXTENSIONS = ['-n', '-d', 'extension=ffi', '-d', 'extension=posix'];

    private string $handler;

    /**
     * @param array<string, mixed> $handler the arguments of SessionHandler's constructor
     * @param list<string> $options of the php command
     * @param array<string, ?string> $environment
     */
    public function __construct(array $handler = [], private array $options = [], private array $environment = [])
    {
        $this->handler = json_encode((object) $handler);
    }

    /**
     * Requests that use the session handler of ext-redis.
     *
     * @param array<string, int> $settings
     */
    public static function withPhpredisHandler(array $settings = []): self
    {
        if (!extension_loaded('redis')) {
            Assert::markTestSkipped('ext-redis is not loaded');
        }
        $session = new self();
        $session->handler = 'phpredis';
        foreach ($settings as $name => $value) {
            array_push($session->options, '-d', "redis.session.$name=$value");
        }
        return $session;
    }

    /** The output of a request that runs this code. */
    public function run(string $code, string ...$arguments): string
    {
        return self::end($this->start($code, ...$arguments));
    }

    /**
     * Starts a request in the background; end() waits for it.
     *
     * @return array{resource, resource}
     */
    public function start(string $code, string ...$arguments): array
    {
        $command = [PHP_BINARY, ...$this->options, self::PROGRAM, $code, $this->handler, ...$arguments];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null, Php::environment($this->environment));
        return [$process, $pipes[1]];
    }

    /** @param array{resource, resource} $request */
    public static function end(array $request): string
    {
        $output = stream_get_contents($request[1]);
        proc_close($request[0]);
        return $output;
    }
}
