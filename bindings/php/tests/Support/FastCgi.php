<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A web server's side of FastCGI: asks for pages over a Unix socket, several at the same time. */
final class FastCgi
{
    private const BEGIN = 1;
    private const END = 3;
    private const PARAMS = 4;
    private const STDIN = 5;
    private const STDOUT = 6;
    private const SECONDS = 30;

    /** @param string $page the file of a PHP script, as PHP-FPM sees it */
    public function __construct(private readonly string $socket, private readonly string $page)
    {
    }

    /** @param array<string, string> $parameters what the page finds in $_SERVER */
    public function get(array $parameters = []): string
    {
        $body = '';
        $this->each([$parameters], 1, static function (array $parameters, string $got) use (&$body): void {
            $body = $got;
        });
        return $body;
    }

    /**
     * Asks for page after page. A generator that gives the parameters is asked for the next ones when a place is free.
     *
     * @param iterable<array<string, string>> $requests the parameters of each
     * @param callable(array<string, string>, string): void $done given the parameters and what the page has printed
     */
    public function each(iterable $requests, int $atTheSameTime, callable $done): void
    {
        // What is next is asked for no sooner than there is a place for it: it may depend on the pages that are done.
        $requests = (static function () use ($requests): \Generator {
            yield;
            yield from $requests;
        })();
        $streams = $parameters = $replies = [];
        while (true) {
            while (count($streams) < $atTheSameTime && $this->hasNext($requests)) {
                $stream = $this->send($requests->current());
                $streams[(int) $stream] = $stream;
                $parameters[(int) $stream] = $requests->current();
                $replies[(int) $stream] = '';
            }
            if ($streams === []) {
                return;
            }
            [$readable, $none, $nothing] = [$streams, null, null];
            if (!stream_select($readable, $none, $nothing, self::SECONDS)) {
                throw new \RuntimeException('PHP-FPM does not answer');
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
        $stream = stream_socket_client("unix://$this->socket", $number, $reason, self::SECONDS);
        if ($stream === false) {
            throw new \RuntimeException("PHP-FPM cannot be reached: $reason");
        }
        // The one role that PHP has, and the connection is to be closed with the reply.
        $request = self::record(self::BEGIN, pack('nCx5', 1, 0)) . self::record(self::PARAMS, $pairs);
        fwrite($stream, $request . self::record(self::PARAMS, '') . self::record(self::STDIN, ''));
        stream_set_blocking($stream, false);
        return $stream;
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
    }

    /** What the page printed, without the header. What PHP wrote to the error log of the web server is no part of it. */
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
            throw new \RuntimeException("PHP-FPM broke off: $text");
        }
        return explode("\r\n\r\n", $text, 2)[1] ?? '';
    }
}
