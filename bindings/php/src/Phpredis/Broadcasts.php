<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Request;

/**
 * What every server answers for itself: [alias => answer, alias_slave => answer] for each master. Where a master has no slave, or
 * with masters only, its own answer stands in the slave's place, as it did with rediscluster-php. A slave that cannot
 * be reached is null; a master that cannot is an exception.
 *
 * @internal of RedisCluster
 */
trait Broadcasts
{
    use Everywhere;

    /** What client('setname') was given. */
    private string $clientName = '';

    /**
     * INFO, all of it or these sections.
     *
     * @param string ...$sections
     * @return mixed
     */
    public function info(...$sections)
    {
        $as = $this->arguments->of('info', $sections, 0);
        $sections = \array_map($as->string(...), $sections, \array_keys($sections));
        return $this->broadcast('info', ['INFO', ...$sections], Replies\Texts::info(...));
    }

    /**
     * True, or the message.
     *
     * @param ?string $message
     * @return mixed
     */
    public function ping($message = null)
    {
        $as = $this->arguments->of('ping', \func_get_args(), 0, 1);
        if (\is_array($message) || (\is_object($message) && !$message instanceof \Stringable)) {
            throw $as->unfit('?string', $message, 0);
        }
        $command = $message === null ? ['PING'] : ['PING', $as->string($message, 0)];
        $reply = $message === null ? 'bool' : 'string';
        return $this->transacted($command, $reply) ?? $this->broadcast('ping', $command, $reply);
    }

    /**
     * Seconds and microseconds.
     *
     * @return mixed
     */
    public function time()
    {
        return $this->transacted(['TIME'], 'list') ?? $this->broadcast('time', ['TIME'], 'list');
    }

    /**
     * config('GET', $pattern), config('SET', $name, $value), config('SET', [$name => $value]), config('RESETSTAT'), config('REWRITE')
     *
     * @param string                   $operation
     * @param string|array<mixed>|null $key
     * @param mixed                    $value
     * @return mixed
     */
    public function config($operation, $key = null, $value = null)
    {
        $as = $this->arguments->of('config', \func_get_args(), 1, 3);
        $word = \strtoupper($as->string($operation, 0));
        $names = \is_array($key) ? $key : [$key];
        switch ($word) {
            case 'GET':
                $as->of('config', \func_get_args(), 2, 3);
                $names = \is_array($key) ? Request::strings($key) : [$as->string($key, 1)];
                return $this->broadcast('config', ['CONFIG', 'GET', ...\array_values($names)], Replies\Servers::user(...));
            case 'SET':
                $as->of('config', \func_get_args(), 2, 3);
                $pairs = \is_array($key) ? $key : [$as->string($key, 1) => $value];
                if ($pairs === [] || \in_array(null, $pairs, true)) {
                    return false;
                }
                $command = ['CONFIG', 'SET'];
                foreach ($pairs as $name => $setting) {
                    \array_push($command, (string) $name, Request::text($setting));
                }
                return $this->broadcast('config', $command, 'bool');
            case 'RESETSTAT':
            case 'REWRITE':
                return $this->broadcast('config', ['CONFIG', $word], 'bool');
            default:
                return false;
        }
    }

    /** @return mixed */
    public function lastSave()
    {
        return $this->broadcast('lastSave', ['LASTSAVE'], 'int');
    }

    /** @return mixed */
    public function save()
    {
        $this->arguments->of('save', \func_get_args(), 0, 0);
        return $this->broadcast('save', ['SAVE'], 'bool');
    }

    /** @return mixed */
    public function bgSave()
    {
        $this->arguments->of('bgSave', \func_get_args(), 0, 0);
        return $this->broadcast('bgSave', ['BGSAVE'], 'bool');
    }

    /** @return mixed */
    public function bgRewriteAOF()
    {
        $this->arguments->of('bgRewriteAOF', \func_get_args(), 0, 0);
        return $this->broadcast('bgRewriteAOF', ['BGREWRITEAOF'], 'bool');
    }

    /**
     * Empties the database on every master; the slaves, which follow, are null.
     *
     * @param bool $async
     * @return mixed
     */
    public function flushDB($async = false)
    {
        $async = $this->arguments->of('flushDB', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast('flushDB', $async ? ['FLUSHDB', 'ASYNC'] : ['FLUSHDB'], 'bool', false);
    }

    /**
     * All databases.
     *
     * @param bool $async
     * @return mixed
     */
    public function flushAll($async = false)
    {
        $async = $this->arguments->of('flushAll', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast('flushAll', $async ? ['FLUSHALL', 'ASYNC'] : ['FLUSHALL'], 'bool', false);
    }

    /**
     * setSelectDB(), which asks every server whether it has such a database; where one has not, all is as it was.
     *
     * @param int $dbindex
     * @return mixed
     */
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
     *
     * @param string $command
     * @param string ...$arguments
     * @return mixed
     */
    public function client($command, ...$arguments)
    {
        $as = $this->arguments->of('client', \func_get_args(), 1);
        $word = \strtolower($as->string($command, 0));
        if ($word === 'setname' && $arguments !== []) {
            $this->clientName = $as->string($arguments[0], 1);
            return $this->broadcast('client', ['PING'], static fn (): bool => true);
        }
        if ($word === 'getname') {
            return $this->broadcast('client', ['PING'], fn (): string|false => $this->clientName === '' ? false : $this->clientName);
        }
        $command = ['CLIENT', $word, ...Request::strings($arguments)];
        return $this->broadcast('client', $command, $word === 'list' ? Replies\Texts::clients(...) : 'any');
    }

    /**
     * slowLog('get', $number), slowLog('len'), slowLog('reset')
     *
     * @param string $operation
     * @param int    $number
     * @return mixed
     */
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

    /**
     * acl('log') of every server; all else has one answer.
     *
     * @param string $subcommand
     * @param string ...$arguments
     * @return mixed
     */
    public function acl($subcommand, ...$arguments)
    {
        $as = $this->arguments->of('acl', \func_get_args(), 1);
        if (\strtoupper($as->string($subcommand, 0)) !== 'LOG') {
            return $this->__call('acl', \func_get_args());
        }
        $answer = static fn (mixed $reply): mixed => \is_string($reply) ? true : Replies\Servers::log($reply);
        return $this->broadcast('acl', ['ACL', 'LOG', ...\array_values(Request::strings($arguments))], $answer);
    }

    /** @return mixed */
    public function role()
    {
        return $this->broadcast('role', ['ROLE'], 'any');
    }

    /**
     * DEBUG OBJECT on the node of the key.
     *
     * @param string $key
     * @return mixed
     */
    public function debug($key)
    {
        $key = $this->arguments->of('debug', \func_get_args(), 1, 1)->key($key, 0);
        if ($this->queue !== null) {
            $this->queue->addStep('debug', fn (): mixed => $this->debugged($key));
            return $this;
        }
        return $this->debugged($key);
    }
}
