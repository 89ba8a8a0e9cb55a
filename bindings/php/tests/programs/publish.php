<?php

declare(strict_types=1);

// publish.php PORT CHANNEL MESSAGE…: publishes each message as soon as the channel has a subscriber; gives up after ten seconds.

[, $port, $channel] = $argv;
$server = stream_socket_client("tcp://127.0.0.1:$port");
$deadline = microtime(true) + 10;
foreach (array_slice($argv, 3) as $message) {
    do {
        fwrite($server, sprintf("*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", strlen($channel), $channel, strlen($message), $message));
        $delivered = fgets($server) !== ":0\r\n";
        $delivered || usleep(5_000);
    } while (!$delivered && microtime(true) < $deadline);
}
