<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

/**
 * The methods of RedisCluster for the servers themselves. Those that run on every server return [alias => reply, alias_slave => reply],
 * or one reply if IS_ONE_SERVER; see Broadcast.
 *
 * @internal
 */
trait ServerMethods
{
    // Created on first use: most scripts need neither.
    private ?Broadcast $broadcast = null;
    private ?ServerCommands $servers = null;
    private readonly ConnectionState $state;
    private readonly ArgumentConverter $arguments;
    private readonly ReplyConverter $replies;
    private readonly Configurator $configurator;

    /**
     * INFO, complete or these sections.
     *
     * @param string ...$sections
     * @return mixed
     */
    public function info(...$sections)
    {
        return $this->servers()->info($sections) ?? $this;
    }

    /**
     * True, or the message.
     *
     * @param ?string $message
     * @return mixed
     */
    public function ping($message = null)
    {
        return $this->servers()->ping(\func_get_args()) ?? $this;
    }

    /**
     * Seconds and microseconds.
     *
     * @return mixed
     */
    public function time()
    {
        return $this->servers()->time() ?? $this;
    }

    /**
     * config('GET', $pattern), config('SET', $name, $value), config('SET', [$name => $value]), config('RESETSTAT'), config('REWRITE').
     *
     * @param string                   $operation
     * @param string|array<mixed>|null $key_or_settings
     * @param mixed                    $value
     * @return mixed
     */
    public function config($operation, $key_or_settings = null, $value = null)
    {
        return $this->servers()->config(\func_get_args()) ?? $this;
    }

    /** @return mixed */
    public function lastSave()
    {
        return $this->broadcast()->send('lastSave', ['LASTSAVE'], 'int') ?? $this;
    }

    /** @return mixed */
    public function save()
    {
        $this->arguments->forMethod('save', \func_get_args(), 0, 0);
        return $this->broadcast()->send('save', ['SAVE'], 'bool') ?? $this;
    }

    /** @return mixed */
    public function bgSave()
    {
        $this->arguments->forMethod('bgSave', \func_get_args(), 0, 0);
        return $this->broadcast()->send('bgSave', ['BGSAVE'], 'bool') ?? $this;
    }

    /** @return mixed */
    public function bgRewriteAOF()
    {
        $this->arguments->forMethod('bgRewriteAOF', \func_get_args(), 0, 0);
        return $this->broadcast()->send('bgRewriteAOF', ['BGREWRITEAOF'], 'bool') ?? $this;
    }

    /**
     * Empties the database on every master. Replicas follow their masters; null is reported for them.
     *
     * @param bool $async
     * @return mixed
     */
    public function flushDB($async = false)
    {
        $async = $this->arguments->forMethod('flushDB', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast()->send('flushDB', $async ? ['FLUSHDB', 'ASYNC'] : ['FLUSHDB'], 'bool', toReplicas: false) ?? $this;
    }

    /**
     * As flushDB(), for all databases.
     *
     * @param bool $async
     * @return mixed
     */
    public function flushAll($async = false)
    {
        $async = $this->arguments->forMethod('flushAll', \func_get_args(), 0, 1)->bool($async, 0);
        return $this->broadcast()->send('flushAll', $async ? ['FLUSHALL', 'ASYNC'] : ['FLUSHALL'], 'bool', toReplicas: false) ?? $this;
    }

    /**
     * As setSelectDB(), if every server has such a database; otherwise nothing changes.
     *
     * @param int $db
     * @return mixed
     */
    public function select($db)
    {
        return $this->servers()->select(\func_get_args()) ?? $this;
    }

    /**
     * client('list'), client('kill', $address) and so on. client('setname') only stores the name, for client('getname').
     *
     * @param string $opt
     * @param string ...$args
     * @return mixed
     */
    public function client($opt, ...$args)
    {
        return $this->servers()->client(\func_get_args()) ?? $this;
    }

    /**
     * slowLog('get', $length), slowLog('len'), slowLog('reset').
     *
     * @param string $operation
     * @param int    $length of the list that `get` returns
     * @return mixed
     */
    public function slowLog($operation, $length = 0)
    {
        return $this->servers()->slowLog(\func_get_args()) ?? $this;
    }

    /**
     * acl('log') runs on every server; other subcommands have one reply.
     *
     * @param string $subcmd
     * @param string ...$args
     * @return mixed
     */
    public function acl($subcmd, ...$args)
    {
        $convert = $this->arguments->forMethod('acl', \func_get_args(), 1);
        return \strtoupper($convert->string($subcmd, 0)) === 'LOG'
            ? $this->servers()->aclLog($args) ?? $this
            : $this->runMethod('acl', \func_get_args());
    }

    /** @return mixed */
    public function role()
    {
        return $this->broadcast()->send('role', ['ROLE'], 'any') ?? $this;
    }

    /**
     * DEBUG OBJECT on the node of the key.
     *
     * @param string $key
     * @return mixed
     */
    public function debug($key)
    {
        return $this->servers()->debug(\func_get_args()) ?? $this;
    }

    /** `redis`, `valkey` or another name. */
    public function serverName(): string|false
    {
        return $this->servers()->serverName();
    }

    public function serverVersion(): string|false
    {
        return $this->servers()->serverVersion();
    }

    private function broadcast(): Broadcast
    {
        return $this->broadcast ??= new Broadcast($this->state, $this->replies, static::IS_ONE_SERVER);
    }

    private function servers(): ServerCommands
    {
        return $this->servers
            ??= new ServerCommands($this->state, $this->arguments, $this->replies, $this->broadcast(), $this->configurator);
    }
}
