<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

use PHPUnit\Framework\Assert;

/** Requests that use PHP's session `abc`: each is a process of its own. */
final class PhpSession
{
    private const PROGRAM = __DIR__ . '/../programs/session.php';
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
     * The same with the handler of ext-redis.
     *
     * @param array<string, int> $settings
     */
    public static function ofPhpredis(array $settings = []): self
    {
        if (!extension_loaded('redis')) {
            Assert::markTestSkipped('The extension redis is not loaded');
        }
        $session = new self();
        $session->handler = 'phpredis';
        foreach ($settings as $name => $value) {
            array_push($session->options, '-d', "redis.session.$name=$value");
        }
        return $session;
    }

    /** What a request prints that runs this code. */
    public function run(string $code, string ...$arguments): string
    {
        return self::end($this->start($code, ...$arguments));
    }

    /**
     * A request that runs at the same time as others, until its end() is awaited.
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
