<?php

declare(strict_types=1);

namespace RedisCluster\Predis;

use Predis\Command\CommandInterface;
use Predis\Connection\ConnectionException as PredisConnectionException;
use Predis\Connection\NodeConnectionInterface;
use Predis\Connection\Parameters;
use Predis\NotSupportedException;
use Predis\Response\Error;
use Predis\Response\Status;
use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\ReplyFormat;
use RedisCluster\RequestException;
use RedisCluster\ServerException;
use RedisCluster\Session;

/**
 * N independent servers as one connection of Predis:
 *
 *     $predis = new Predis\Client(new RedisCluster\Predis\Connection(['nodes' => ['node_1' => [...], ...]]));
 *
 * Commands, pipelines, transactions and PubSub consumers of Predis work as with one server. The braces of a key are part of it
 * (`hash_tag` is `keep`). A command whose keys are on several nodes and that cannot run across nodes has an error response that begins with
 * CROSSNODE. A status reply of a script is a string, not a Status.
 *
 * A connection failure is a Predis\Connection\ConnectionException; the previous exception names the node.
 */
final class Connection implements NodeConnectionInterface
{
    /** Their status replies have other texts than OK. */
    private const OTHER_STATUSES = ['PING' => true, 'TYPE' => true, 'BGSAVE' => true, 'BGREWRITEAOF' => true, 'MIGRATE' => true];
    /** Replies with statuses inside, or of any type. */
    private const UNKNOWN_STATUSES = [
        'EVAL' => true, 'EVALSHA' => true, 'EVAL_RO' => true, 'EVALSHA_RO' => true, 'FCALL' => true, 'FCALL_RO' => true, 'COMMAND' => true,
    ];
    private const SUBSCRIPTIONS = ['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE'];

    private readonly Client $client;
    private readonly Parameters $parameters;
    /** The connections with state; null: there is none. */
    private ?Session $session = null;
    /** What the session remembers, which is why it runs all commands: MULTI, WATCH or SELECT. */
    private bool $inTransaction = false;
    private bool $isWatching = false;
    private bool $hasSelected = false;
    /** @var list<list<string|int>> the commands queued in a transaction */
    private array $queued = [];
    /** @var list<CommandInterface> written, and not sent yet */
    private array $written = [];
    /** @var list<mixed> received, and not read yet */
    private array $responses = [];
    /** @var list<array<mixed>> confirmations of subscriptions that read() returns */
    private array $confirmations = [];

    /**
     * Opens no connection.
     *
     * @param array<string, mixed> $config as for RedisCluster\Client; without hash_tag it is `keep`
     */
    public function __construct(#[\SensitiveParameter] array $config)
    {
        $this->client = new Client($config + ['hash_tag' => 'keep']);
        $this->parameters = new Parameters(['alias' => 'rediscluster', 'database' => $config['db'] ?? 0]);
    }

    public function __destruct()
    {
        $this->session?->close();
    }

    public function __toString(): string
    {
        return 'rediscluster: ' . \implode(' ', \array_keys($this->client->nodeList(discover: false)));
    }

    public function connect(): void
    {
        // Connections are made when commands need them.
    }

    /** Sends what was written, and forgets transactions, watched keys, subscriptions and the selected database. */
    public function disconnect(): void
    {
        if ($this->written !== []) {
            $this->flush();
        }
        $this->session?->close();
        $this->session = null;
        $this->inTransaction = $this->isWatching = $this->hasSelected = false;
        $this->queued = $this->responses = $this->confirmations = [];
    }

    public function isConnected(): bool
    {
        return true;
    }

    public function getResource(): Client
    {
        return $this->client;
    }

    public function getParameters(): Parameters
    {
        return $this->parameters;
    }

    public function addConnectCommand(CommandInterface $command): never
    {
        throw new NotSupportedException('Set the database and the credentials in the configuration of the nodes');
    }

    public function writeRequest(CommandInterface $command): void
    {
        if (\in_array(\strtoupper($command->getId()), self::SUBSCRIPTIONS, true)) {
            $this->subscribe(self::words($command));
        } else {
            $this->written[] = $command;
        }
    }

    /** The next response; commands that were written are sent together, to all nodes at the same time. */
    public function readResponse(CommandInterface $command): mixed
    {
        if ($this->responses === []) {
            $this->flush();
        }
        $response = \array_shift($this->responses);
        return $response instanceof \Throwable ? throw $response : $response;
    }

    public function executeCommand(CommandInterface $command): mixed
    {
        $this->writeRequest($command);
        return $this->written === [] ? $this->read() : $this->readResponse($command);
    }

    /** The next confirmation or message of a subscription; waits without limit. */
    public function read(): mixed
    {
        if ($this->confirmations !== []) {
            return \array_shift($this->confirmations);
        }
        try {
            return $this->session()->receive();
        } catch (ConnectionException $failure) {
            throw $this->failure($failure);
        }
    }

    private function flush(): void
    {
        $words = \array_map(self::words(...), $this->written);
        $this->written = [];
        $start = 0;
        foreach ($words as $place => $command) {
            // A command after which others need another connection, such as MULTI, is sent alone.
            if (\in_array($command[0], ['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH', 'SELECT'], true)) {
                $this->send(\array_slice($words, $start, $place - $start));
                $this->responses[] = $this->runStateful($command);
                $start = $place + 1;
            }
        }
        $this->send(\array_slice($words, $start));
    }

    /** @param list<list<string|int>> $commands */
    private function send(array $commands): void
    {
        if ($commands === []) {
            return;
        }
        if ($this->inTransaction) {
            \array_push($this->queued, ...$commands);
            $replies = $this->session()->runAll($commands, ReplyFormat::PLAIN);
            foreach ($replies as $reply) {
                $this->responses[] = $reply === 'QUEUED' ? Status::get('QUEUED') : $this->response([], $reply);
            }
            return;
        }
        $runner = $this->isWatching || $this->hasSelected ? $this->session() : $this->client;
        $replies = $runner->runAll($commands, \array_map(self::format(...), $commands));
        foreach ($replies as $place => $reply) {
            $this->responses[] = $this->response($commands[$place], $reply);
        }
    }

    /** @param list<string|int> $command */
    private function runStateful(array $command): mixed
    {
        $queued = $this->queued;
        $format = $command[0] === 'EXEC' ? [ReplyFormat::PLAIN, ...\array_map(self::format(...), $queued)] : ReplyFormat::STATUS_TRUE;
        $reply = $this->session()->runAll([$command], [$format])[0];
        $isDone = !$reply instanceof Exception;
        $this->hasSelected = $this->hasSelected || ($command[0] === 'SELECT' && $isDone);
        $this->isWatching = match ($command[0]) {
            'WATCH' => $this->isWatching || $isDone,
            'UNWATCH', 'EXEC', 'DISCARD' => false,
            default => $this->isWatching,
        };
        if (\in_array($command[0], ['MULTI', 'EXEC', 'DISCARD'], true)) {
            $this->inTransaction = $command[0] === 'MULTI' && ($isDone || $this->inTransaction);
            $this->queued = $this->inTransaction ? $queued : [];
        }
        if ($command[0] === 'EXEC' && \is_array($reply)) {
            return \array_map($this->response(...), $queued, $reply);
        }
        return $this->response($command, $reply);
    }

    /**
     * @param list<string|int> $command
     * @return mixed an exception that readResponse() throws, or the response
     */
    private function response(array $command, mixed $reply): mixed
    {
        return match (true) {
            $reply === true => Status::get('OK'),
            \is_string($reply) && isset(self::OTHER_STATUSES[$command[0] ?? '']) && \count($command) < 3 => new Status($reply),
            $reply instanceof ServerException, $reply instanceof RequestException => new Error($reply->getMessage()),
            $reply instanceof ConnectionException => $this->failure($reply),
            \is_array($reply) => \array_map(fn (mixed $element): mixed => $this->response([], $element), $reply),
            default => $reply,
        };
    }

    /** @param list<string|int> $command */
    private function subscribe(array $command): void
    {
        try {
            $replies = $this->session()->execute([$command]);
        } catch (ConnectionException $failure) {
            throw $this->failure($failure);
        }
        foreach ($replies as $reply) {
            $this->confirmations[] = $this->response([], $reply);
        }
    }

    private function session(): Session
    {
        return $this->session ??= $this->client->session();
    }

    private function failure(ConnectionException $failure): PredisConnectionException
    {
        return new PredisConnectionException($this, $failure->getMessage(), $failure->getCode(), $failure);
    }

    /** @param list<string|int> $command */
    private static function format(array $command): int
    {
        $hasText = isset(self::OTHER_STATUSES[$command[0]]) || isset(self::UNKNOWN_STATUSES[$command[0]]);
        return $hasText ? ReplyFormat::PLAIN : ReplyFormat::STATUS_TRUE;
    }

    /** @return list<string|int> the command in upper case and its arguments */
    private static function words(CommandInterface $command): array
    {
        $words = [\strtoupper($command->getId())];
        foreach ($command->getArguments() as $argument) {
            $words[] = \is_int($argument) ? $argument : (string) $argument;
        }
        return $words;
    }
}
