<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** PHP's built-in web server, `php -S`: one process serves many requests and resets its state between them, like a PHP-FPM worker. */
final class BuiltInWebServer
{
    private readonly string $address;
    /** @var resource */
    private $process;

    /**
     * @param list<string> $options
     * @param array<string, ?string> $environment
     */
    public function __construct(int $port, string $page, array $options = [], array $environment = [])
    {
        $this->address = "127.0.0.1:$port";
        $command = [PHP_BINARY, ...$options, '-S', $this->address, $page];
        $outputs = [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']];
        $this->process = proc_open($command, $outputs, $pipes, null, Php::environment($environment));
        $this->awaitStart();
    }

    public function __destruct()
    {
        proc_terminate($this->process);
        proc_close($this->process);
    }

    public function get(string $query = ''): string
    {
        $context = stream_context_create(['http' => ['timeout' => 20, 'ignore_errors' => true]]);
        return file_get_contents("http://$this->address/?$query", false, $context);
    }

    private function awaitStart(): void
    {
        for ($deadline = microtime(true) + 10; microtime(true) < $deadline; usleep(20_000)) {
            if (!proc_get_status($this->process)['running']) {
                throw new \RuntimeException('php -S did not start');
            }
            if (@stream_socket_client("tcp://$this->address")) {
                return;
            }
        }
        throw new \RuntimeException('php -S does not accept connections within 10 seconds');
    }
}
