<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Client;
use RedisCluster\ConnectionException;
use RedisCluster\Exception;
use RedisCluster\Nodes;
use RedisCluster\ServerException;

/**
 * What every server answers for itself: [alias => answer, alias_slave => answer] for each master. Where a master has no slave, or
 * with masters only, its own answer stands in the slave's place, as it did with rediscluster-php. A slave that cannot
 * be reached is null; a master that cannot is an exception.
 *
 * @internal of RedisCluster
 */
trait Broadcasts
{
    /** Where some aliases name one server: a client of each server once, and alias => its alias there. */
    private ?array $distinctServers = null;
    /** What client('setname') was given. */
    private string $clientName = '';

    /** INFO, all of it or these sections. */
    public function info(...$sections)
    {
        $as = $this->arguments->of('info', $sections, 0);
        return $this->broadcast('info', ['INFO', ...$as->strings($sections)], Replies\Texts::info(...));
    }

    /** True, or the message. */
    public function ping($message = null)
    {
        $as = $this->arguments->of('ping', \func_get_args(), 0, 1);
        $command = $message === null ? ['PING'] : ['PING', $as->string($message, 0)];
        $reply = $message === null ? 'bool' : 'string';
        return $this->transacted($command, $reply) ?? $this->broadcast('ping', $command, $reply);
    }

    /** Seconds and microseconds. */
    public function time()
    {
        $this->arguments->of('time', \func_get_args(), 0, 0);
        return $this->transacted(['TIME'], 'list') ?? $this->broadcast('time', ['TIME'], 'list');
    }

    /**
     * config('GET', $pattern), config('SET', $name, $value), config('SET', [$name => $value]), config('RESETSTAT'), config('REWRITE')
     *
     * @param string|array<mixed>|null $key
     */
    public function config($operation, $key = null, $value = null)
    {
        $as = $this->arguments->of('config', \func_get_args(), 1, 3);
        $word = \strtoupper($as->string($operation, 0));
        $names = \is_array($key) ? $key : [$key];
        switch ($word) {
            case 'GET':
                $as->of('config', \func_get_args(), 2, 3);
                $names = \is_array($key) ? $as->strings($key) : [$as->string($key, 1)];
                return $this->broadcast('config', ['CONFIG', 'GET', ...\array_values($names)], Replies\Servers::user(...));
            case 'SET':
                $as->of('config', \func_get_args(), 2, 3);
                $pairs = \is_array($key) ? $key : [$as->string($key, 1) => $value];
                if ($pairs === [] || \in_array(null, $pairs, true)) {
                    return false;
                }
                $command = ['CONFIG', 'SET'];
                foreach ($pairs as $name => $setting) {
                    \array_push($command, (string) $name, Arguments::text($setting));
                }
                return $this->broadcast('config', $command, 'bool');
            case 'RESETSTAT':
            case 'REWRITE':
                return $this->broadcast('config', ['CONFIG', $word], 'bool');
            default:
                return false;
        }
    }

    public function lastSave()
    {
        $this->arguments->of('lastSave', \func_get_args(), 0, 0);
        return $this->broadcast('lastSave', ['LASTSAVE'], 'int');
    }

    public function save()
    {
        $this->arguments->of('save', \func_get_args(), 0, 0);
        return $this->broadcast('save', ['SAVE'], 'bool');
    }

    public function bgSave()
    {
        $this->arguments->of('bgSave', \func_get_args(), 0, 0);
        return $this->broadcast('bgSave', ['BGSAVE'], 'bool');
    }

    public function bgRewriteAOF()
    {
        $this->arguments->of('bgRewriteAOF', \func_get_args(), 0, 0);
        return $this->broadcast('bgRewriteAOF', ['BGREWRITEAOF'], 'bool');
    }

    /** Empties the database on every master; the slaves, which follow, are null. */
    public function flushDB($async = false)
    {
        $async = $this->arguments->of('flushDB', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast('flushDB', $async ? ['FLUSHDB', 'ASYNC'] : ['FLUSHDB'], 'bool', false);
    }

    /** All databases. */
    public function flushAll($async = false)
    {
        $async = $this->arguments->of('flushAll', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast('flushAll', $async ? ['FLUSHALL', 'ASYNC'] : ['FLUSHALL'], 'bool', false);
    }

    /** setSelectDB(), which asks every server whether it has such a database; where one has not, all is as it was. */
    public function select($dbindex)
    {
        $database = $this->arguments->of('select', \func_get_args(), 1, 1)->int($dbindex, 0);
        if ($this->queue !== null) {
            $this->queue->addStep('select', fn (): array => $this->selected($database));
            return $this;
        }
        return $this->selected($database);
    }

    /**
     * client('list'), client('kill', $address) … on every server. Connections are shared with whoever has an equal configuration:
     * a name that is given by client('setname') is not sent, but kept for client('getname').
     */
    public function client($command, ...$arguments)
    {
        $as = $this->arguments->of('client', \func_get_args(), 1);
        $word = \strtolower($as->string($command, 0));
        if ($word === 'setname') {
            $this->clientName = $as->string($arguments[0] ?? null, 1);
            return $this->broadcast('client', ['PING'], static fn (): bool => true);
        }
        if ($word === 'getname') {
            return $this->broadcast('client', ['PING'], fn (): string|false => $this->clientName === '' ? false : $this->clientName);
        }
        return $this->broadcast('client', ['CLIENT', $word, ...$as->strings($arguments)], $word === 'list' ? Replies\Texts::clients(...) : 'any');
    }

    /** slowLog('get', $number), slowLog('len'), slowLog('reset') */
    public function slowLog($operation, $number = null)
    {
        $as = $this->arguments->of('slowLog', \func_get_args(), 1, 2);
        $word = \strtoupper($as->string($operation, 0));
        if (!\in_array($word, ['GET', 'LEN', 'RESET'], true)) {
            return false;
        }
        $number = $word === 'GET' && \func_num_args() > 1 ? [$as->int($number, 1)] : [];
        return $this->broadcast('slowLog', ['SLOWLOG', $word, ...$number], 'any');
    }

    /** acl('log') of every server; all else has one answer. */
    public function acl($subcommand, ...$arguments)
    {
        $as = $this->arguments->of('acl', \func_get_args(), 1);
        if (\strtoupper($as->string($subcommand, 0)) !== 'LOG') {
            return $this->__call('acl', \func_get_args());
        }
        $command = ['ACL', 'LOG', ...\array_values($as->strings($arguments))];
        return $this->broadcast('acl', $command, static fn (mixed $reply): mixed => \is_string($reply) ? true : Replies\Servers::log($reply));
    }

    public function role()
    {
        $this->arguments->of('role', \func_get_args(), 0, 0);
        return $this->broadcast('role', ['ROLE'], 'any');
    }

    /** DEBUG OBJECT on the node of the key. */
    public function debug($key)
    {
        $key = $this->arguments->of('debug', \func_get_args(), 1, 1)->key($key, 0);
        if ($this->queue !== null) {
            $this->queue->addStep('debug', fn (): mixed => $this->debugged($key));
            return $this;
        }
        return $this->debugged($key);
    }

    private function debugged(string $key): mixed
    {
        $node = $this->client->nodeFor($key);
        $reply = $this->client->each('DEBUG', 'OBJECT', $node['key'])[$node['alias']];
        return $reply instanceof ServerException ? $this->replies->error($reply) : $reply;
    }

    /**
     * One command on all servers.
     *
     * @param list<string|int>                 $command
     * @param string|\Closure(mixed): mixed    $answer  'bool': whether it is a status; 'any' and other names: as it comes
     * @param bool                             $slaves  false: it is for masters alone
     */
    private function broadcast(string $method, array $command, string|\Closure $answer, bool $slaves = true): mixed
    {
        if ($this->queue !== null) {
            $this->queue->addStep($method, fn (): array => $this->everywhere($command, $answer, $slaves));
            return $this;
        }
        return $this->everywhere($command, $answer, $slaves);
    }

    /**
     * @param list<string|int> $command
     * @return array<string, mixed>
     */
    private function everywhere(array $command, string|\Closure $answer, bool $slaves): array
    {
        // A database is emptied twice without harm, and two aliases of one server may be for two of its databases.
        [$client, $renamed] = $command[0] === 'FLUSHDB' ? [$this->client, []] : $this->servers();
        $replies = $client->eachOn($slaves && !Discovery::readsFromMasters($this->config) ? Nodes::All : Nodes::Masters, ...$command);
        $values = [];
        foreach ($replies as $alias => $reply) {
            $values[$alias] = $this->answered($reply, $answer, \array_key_exists($alias, $renamed) || !\str_contains($alias, '_slave'));
        }
        $answers = [];
        foreach (Discovery::masters($this->config) as $alias) {
            $there = $renamed[$alias] ?? $alias;
            $answers[$alias] = $values[$there];
            $answers["{$alias}_slave"] = $slaves ? $values[\array_key_exists("{$there}_slave", $values) ? "{$there}_slave" : $there] : null;
            for ($number = 2; \array_key_exists("{$there}_slave_$number", $values); $number++) {
                $answers["{$alias}_slave_$number"] = $values["{$there}_slave_$number"];
            }
        }
        return $answers;
    }

    private function answered(mixed $reply, string|\Closure $answer, bool $isMaster): mixed
    {
        if ($reply instanceof ServerException) {
            return $this->replies->error($reply);
        }
        if ($reply instanceof Exception) {
            return match (true) {
                !$isMaster => null,
                $reply instanceof ConnectionException => $this->failed($reply),
                default => throw $reply,
            };
        }
        return match (true) {
            $answer instanceof \Closure => $answer($reply),
            // Every string that such a command answers is a status.
            $answer === 'bool' => \is_string($reply),
            $answer === 'any' && $reply === 'OK' => true,
            default => $reply ?? false,
        };
    }

    /** @return array{Client, array<string, string>} */
    private function servers(): array
    {
        if ($this->distinctServers === null || $this->distinctServers[0] !== $this->config) {
            $distinct = Discovery::distinct($this->config);
            $this->distinctServers = [$this->config, $distinct === null ? null : new Client($distinct[0]), $distinct[1] ?? []];
        }
        return [$this->distinctServers[1] ?? $this->client, $this->distinctServers[2]];
    }

    /** @return array<string, bool> */
    private function selected(int $database): array
    {
        if ($database < 0) {
            $this->replies->lastError = 'ERR DB index is out of range';
        }
        $done = $database >= 0 && $this->configureIfTaken(Discovery::onDatabase($this->config, $database));
        $answers = [];
        foreach (Discovery::masters($this->config) as $alias) {
            $answers += [$alias => $done, "{$alias}_slave" => $done];
        }
        return $answers;
    }

    /**
     * In a transaction, one command as any other.
     *
     * @param list<string> $command
     */
    private function transacted(array $command, string $reply): ?static
    {
        if (!$this->queue?->isTransaction && $this->queue?->inner === null) {
            return null;
        }
        $this->queue->add(new Call($command, $reply));
        return $this;
    }
}
