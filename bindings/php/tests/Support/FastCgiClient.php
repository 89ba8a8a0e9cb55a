<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A FastCGI client, as in a web server: sends requests for a page over a Unix socket, several at the same time. */
final class FastCgiClient
{
    private const BEGIN = 1;
    private const END = 3;
    private const PARAMS = 4;
    private const STDIN = 5;
    private const STDOUT = 6;
    private const TIMEOUT_SECONDS = 30;

    /** @param string $page path of the PHP script */
    public function __construct(private readonly string $socket, private readonly string $page)
    {
    }

    /** @param array<string, string> $parameters entries of $_SERVER in the page */
    public function get(array $parameters = []): string
    {
        $body = '';
        $this->each([$parameters], 1, static function (array $parameters, string $got) use (&$body): void {
            $body = $got;
        });
        return $body;
    }

    /**
     * Sends all requests, with a limited number at the same time. A generator of requests is advanced when the next request can be sent.
     *
     * @param iterable<array<string, string>> $requests the parameters of each request
     * @param callable(array<string, string>, string): void $done receives the parameters and the output of the page
     */
    public function each(iterable $requests, int $concurrency, callable $done): void
    {
        // The next request is generated only when it can be sent, because it may depend on earlier responses.
        $requests = (static function () use ($requests): \Generator {
            yield;
            yield from $requests;
        })();
        $streams = $parameters = $replies = [];
        while (true) {
            while (count($streams) < $concurrency && $this->hasNext($requests)) {
                $stream = $this->send($requests->current());
                $streams[(int) $stream] = $stream;
                $parameters[(int) $stream] = $requests->current();
                $replies[(int) $stream] = '';
            }
            if ($streams === []) {
                return;
            }
            [$readable, $none, $nothing] = [$streams, null, null];
            if (!stream_select($readable, $none, $nothing, self::TIMEOUT_SECONDS)) {
                throw new \RuntimeException('PHP-FPM sent no response within ' . self::TIMEOUT_SECONDS . ' seconds');
            }
            foreach ($readable as $stream) {
                $id = (int) $stream;
                $replies[$id] .= (string) fread($stream, 1 << 16);
                if (feof($stream)) {
                    fclose($stream);
                    unset($streams[$id]);
                    $done($parameters[$id], self::body($replies[$id]));
                }
            }
        }
    }

    private function hasNext(\Generator $requests): bool
    {
        $requests->next();
        return $requests->valid();
    }

    /**
     * @param array<string, string> $parameters
     * @return resource
     */
    private function send(array $parameters)
    {
        $parameters += [
            'SCRIPT_FILENAME' => $this->page,
            'SCRIPT_NAME' => '/page.php',
            'REQUEST_METHOD' => 'GET',
            'SERVER_PROTOCOL' => 'HTTP/1.1',
        ];
        $pairs = '';
        foreach ($parameters as $name => $value) {
            $pairs .= pack('NN', strlen($name) | 1 << 31, strlen($value) | 1 << 31) . $name . $value;
        }
        $stream = stream_socket_client("unix://$this->socket", $number, $reason, self::TIMEOUT_SECONDS);
        if ($stream === false) {
            throw new \RuntimeException("cannot connect to PHP-FPM: $reason");
        }
        // Role 1 (responder) is the only one that PHP supports; flags 0: PHP closes the connection after the response.
        $request = self::record(self::BEGIN, pack('nCx5', 1, 0)) . self::record(self::PARAMS, $pairs);
        fwrite($stream, $request . self::record(self::PARAMS, '') . self::record(self::STDIN, ''));
        stream_set_blocking($stream, false);
        return $stream;
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
    }

    /** The output of the page, without the HTTP header and without the messages for the error log of the web server. */
    private static function body(string $reply): string
    {
        $text = '';
        $type = null;
        for ($at = 0; $at + 8 <= strlen($reply); $at += 8 + $record['length'] + $record['padding']) {
            $record = unpack('Cversion/Ctype/nid/nlength/Cpadding', $reply, $at);
            $type = $record['type'];
            $text .= $type === self::STDOUT ? substr($reply, $at + 8, $record['length']) : '';
        }
        if ($type !== self::END) {
            throw new \RuntimeException("incomplete response from PHP-FPM: $text");
        }
        return explode("\r\n\r\n", $text, 2)[1] ?? '';
    }
}
