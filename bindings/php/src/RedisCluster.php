<?php

declare(strict_types=1);

namespace RedisCluster;

use RedisCluster\Phpredis\Arguments;
use RedisCluster\Phpredis\Call;
use RedisCluster\Phpredis\Discovery;
use RedisCluster\Phpredis\Methods;
use RedisCluster\Phpredis\Options;
use RedisCluster\Phpredis\Packer;
use RedisCluster\Phpredis\Queue;
use RedisCluster\Phpredis\Replies;

/**
 * N independent Redis servers in the manner of phpredis, in the place of rediscluster-php.
 *
 * Every method of phpredis is here, in any letter case. Those that are one command are annotated below and go through __call(), by
 * the table in Phpredis\Methods; the others are real ones. Between multi() or pipeline() and exec() they answer the object itself.
 *
 * Strings:
 *
 * @method self|int|false append(string $key, mixed $value)
 * @method self|int|false decr(string $key, int $by = 1)
 * @method self|int|false decrBy(string $key, int $value)
 * @method self|int|false delex(string $key, array $options = [])
 * @method self|int|false delifeq(string $key, mixed $value)
 * @method self|string|false digest(string $key)
 * @method mixed getDel(string $key)
 * @method mixed getEx(string $key, array $options = [])
 * @method self|string|false getRange(string $key, int $start, int $end)
 * @method mixed getSet(string $key, mixed $value)
 * @method self|array getWithMeta(string $key)
 * @method self|int|false incr(string $key, int $by = 1)
 * @method self|int|false incrBy(string $key, int $value)
 * @method self|float|false incrByFloat(string $key, float $value)
 * @method self|string|int|array|false lcs(string $key1, string $key2, array $options = [])
 * @method self|array|false mGet(array $keys)
 * @method self|bool mSet(array $key_values)
 * @method self|int|false mSetEx(array $key_vals, int|float|array|null $expiry = null)
 * @method self|bool mSetNx(array $key_values)
 * @method self|bool pSetEx(string $key, int $expire, mixed $value)
 * @method self|bool setEx(string $key, int $expire, mixed $value)
 * @method self|bool setNx(string $key, mixed $value)
 * @method self|int|false setRange(string $key, int $index, string $value)
 * @method self|int|false strLen(string $key)
 *
 * Keys:
 *
 * @method self|bool copy(string $src, string $dst, array $options = [])
 * @method self|int|false del(array|string $key, string ...$other_keys)
 * @method self|string|false dump(string $key)
 * @method self|int|false exists(mixed $key, mixed ...$other_keys)
 * @method self|bool expire(string $key, int $timeout, string $mode = '')
 * @method self|bool expireAt(string $key, int $timestamp, string $mode = '')
 * @method self|int|false expireMember(string $key, string $field, int $ttl, string $unit = '')
 * @method self|int|false expireMemberAt(string $key, string $field, int $timestamp)
 * @method self|int|false expireTime(string $key)
 * @method self|bool migrate(string $host, int $port, string|array $key, int $dstdb, int $timeout, bool $copy = false, bool $replace = false, mixed $credentials = null)
 * @method self|bool move(string $key, int $index)
 * @method self|int|string|false object(string $subcommand, string $key)
 * @method self|bool persist(string $key)
 * @method self|bool pExpire(string $key, int $timeout, string $mode = '')
 * @method self|bool pExpireAt(string $key, int $timestamp, string $mode = '')
 * @method self|int|false pExpireTime(string $key)
 * @method self|int|false pTtl(string $key)
 * @method self|string|false randomKey()
 * @method self|bool rename(string $old_name, string $new_name)
 * @method self|bool renameNx(string $key_src, string $key_dst)
 * @method self|bool restore(string $key, int $ttl, string $value, array $options = [])
 * @method self|array|int|false sort(string $key, array $options = [])
 * @method self|array|false sort_ro(string $key, array $options = [])
 * @method self|array|int|false sortAsc(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method self|array|int|false sortAscAlpha(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method self|array|int|false sortDesc(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method self|array|int|false sortDescAlpha(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method self|int|false touch(array|string $key_or_array, string ...$more_keys)
 * @method self|int|false ttl(string $key)
 * @method self|int|false type(string $key)
 * @method self|int|false unlink(array|string $key, string ...$other_keys)
 *
 * Hashes:
 *
 * @method self|int|false hDel(string $key, string $field, string ...$other_fields)
 * @method self|bool hExists(string $key, string $field)
 * @method self|array|false hExpire(string $key, int $ttl, array $fields, ?string $mode = null)
 * @method self|array|false hExpireAt(string $key, int $time, array $fields, ?string $mode = null)
 * @method self|array|false hExpireTime(string $key, array $fields)
 * @method mixed hGet(string $key, string $member)
 * @method self|array|false hGetAll(string $key)
 * @method self|array|false hGetDel(string $key, array $fields)
 * @method self|array|false hGetEx(string $key, array $fields, string|array|null $expiry = null)
 * @method self|array hGetWithMeta(string $key, string $member)
 * @method self|int|false hIncrBy(string $key, string $field, int $value)
 * @method self|float|false hIncrByFloat(string $key, string $field, float $value)
 * @method self|array|false hKeys(string $key)
 * @method self|int|false hLen(string $key)
 * @method self|array|false hMGet(string $key, array $fields)
 * @method self|bool hMSet(string $key, array $fieldvals)
 * @method self|array|false hPersist(string $key, array $fields)
 * @method self|array|false hPExpire(string $key, int $ttl, array $fields, ?string $mode = null)
 * @method self|array|false hPExpireAt(string $key, int $mstime, array $fields, ?string $mode = null)
 * @method self|array|false hPExpireTime(string $key, array $fields)
 * @method self|array|false hPTtl(string $key, array $fields)
 * @method self|string|array|false hRandField(string $key, array $options = [])
 * @method self|int|false hSet(string $key, mixed ...$fields_and_vals)
 * @method self|int|false hSetEx(string $key, array $fields, ?array $expiry = null)
 * @method self|bool hSetNx(string $key, string $field, mixed $value)
 * @method self|int|false hStrLen(string $key, string $field)
 * @method self|array|false hTtl(string $key, array $fields)
 * @method self|array|false hVals(string $key)
 *
 * Lists:
 *
 * @method mixed blMove(string $src, string $dst, string $wherefrom, string $whereto, float $timeout)
 * @method self|array|false|null blMPop(float $timeout, array $keys, string $from, int $count = 1)
 * @method self|array|false|null blPop(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method self|array|false|null brPop(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method mixed brPopLPush(string $src, string $dst, int|float $timeout)
 * @method mixed lIndex(string $key, int $index)
 * @method self|int|false lInsert(string $key, string $pos, mixed $pivot, mixed $value)
 * @method self|int|false lLen(string $key)
 * @method mixed lMove(string $src, string $dst, string $wherefrom, string $whereto)
 * @method self|array|false|null lMPop(array $keys, string $from, int $count = 1)
 * @method mixed lPop(string $key, int $count = 0)
 * @method self|int|array|false|null lPos(string $key, mixed $value, array $options = [])
 * @method self|int|false lPush(string $key, mixed ...$elements)
 * @method self|int|false lPushX(string $key, mixed $value)
 * @method self|array|false lRange(string $key, int $start, int $end)
 * @method self|int|false lRem(string $key, mixed $value, int $count = 0)
 * @method self|bool lSet(string $key, int $index, mixed $value)
 * @method self|bool lTrim(string $key, int $start, int $end)
 * @method mixed rPop(string $key, int $count = 0)
 * @method mixed rPopLPush(string $srckey, string $dstkey)
 * @method self|int|false rPush(string $key, mixed ...$elements)
 * @method self|int|false rPushX(string $key, mixed $value)
 *
 * Sets:
 *
 * @method self|int|false sAdd(string $key, mixed $value, mixed ...$other_values)
 * @method self|int|false sAddArray(string $key, array $values)
 * @method self|int|false sCard(string $key)
 * @method self|array|false sDiff(array|string $key, string ...$other_keys)
 * @method self|int|false sDiffStore(array|string $dst, string ...$other_keys)
 * @method self|array|false sInter(array|string $key, string ...$other_keys)
 * @method self|int|false sInterCard(array $keys, int $limit = -1)
 * @method self|int|false sInterStore(array|string $key, string ...$other_keys)
 * @method self|bool sIsMember(string $key, mixed $value)
 * @method self|array|false sMembers(string $key)
 * @method self|array|false sMisMember(string $key, mixed $member, mixed ...$other_members)
 * @method self|bool sMove(string $src, string $dst, mixed $value)
 * @method mixed sPop(string $key, int $count = 0)
 * @method mixed sRandMember(string $key, int $count = 0)
 * @method self|int|false sRem(string $key, mixed $value, mixed ...$other_values)
 * @method self|array|false sUnion(array|string $key, string ...$other_keys)
 * @method self|int|false sUnionStore(array|string $dst, string ...$other_keys)
 *
 * Sorted sets:
 *
 * @method self|array|false|null bzMPop(float $timeout, array $keys, string $from, int $count = 1)
 * @method self|array|false|null bzPopMax(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method self|array|false|null bzPopMin(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method self|int|float|false zAdd(string $key, array|float|string $score_or_options, mixed ...$more_scores_and_mems)
 * @method self|int|false zCard(string $key)
 * @method self|int|false zCount(string $key, int|float|string $start, int|float|string $end)
 * @method self|array|false zDiff(array $keys, array $options = [])
 * @method self|int|false zDiffStore(string $dst, array $keys)
 * @method self|float|false zIncrBy(string $key, float $value, mixed $member)
 * @method self|array|int|false zInter(array|string $keys, ?array $weights = null, array|string|null $options = null, ?string $aggregate = null)
 * @method self|int|false zInterCard(array $keys, int $limit = -1)
 * @method self|int|false zInterStore(string $dst, array $keys, ?array $weights = null, ?string $aggregate = null)
 * @method self|int|false zLexCount(string $key, string $min, string $max)
 * @method self|array|false|null zMPop(array $keys, string $from, int $count = 1)
 * @method self|array|false zMScore(string $key, mixed $member, mixed ...$other_members)
 * @method self|array|false zPopMax(string $key, int $count = 1)
 * @method self|array|false zPopMin(string $key, int $count = 1)
 * @method mixed zRandMember(string $key, array $options = [])
 * @method self|array|false zRange(string $key, string|int $start, string|int $end, array|bool|null $options = null)
 * @method self|array|false zRangeByLex(string $key, string $min, string $max, int $offset = -1, int $count = -1)
 * @method self|array|false zRangeByScore(string $key, int|float|string $start, int|float|string $end, array $options = [])
 * @method self|int|false zRangeStore(string $dstkey, string $srckey, string|int $start, string|int $end, array|bool|null $options = null)
 * @method self|int|false zRank(string $key, mixed $member)
 * @method self|int|false zRem(string $key, mixed $member, mixed ...$other_members)
 * @method self|int|false zRemRangeByLex(string $key, string $min, string $max)
 * @method self|int|false zRemRangeByRank(string $key, int $start, int $end)
 * @method self|int|false zRemRangeByScore(string $key, int|float|string $start, int|float|string $end)
 * @method self|array|false zRevRange(string $key, string|int $start, string|int $end, array|bool|null $scores = null)
 * @method self|array|false zRevRangeByLex(string $key, string $max, string $min, int $offset = -1, int $count = -1)
 * @method self|array|false zRevRangeByScore(string $key, int|float|string $max, int|float|string $min, array $options = [])
 * @method self|int|false zRevRank(string $key, mixed $member)
 * @method self|float|false zScore(string $key, mixed $member)
 * @method self|array|int|false zUnion(array|string $keys, ?array $weights = null, array|string|null $options = null, ?string $aggregate = null)
 * @method self|int|false zUnionStore(string $dst, array $keys, ?array $weights = null, ?string $aggregate = null)
 *
 * Bits and HyperLogLog:
 *
 * @method self|int|false bitCount(string $key, int $start = 0, int $end = -1, bool $bybit = false)
 * @method self|int|false bitOp(string $operation, string $deskey, string $srckey, string ...$other_keys)
 * @method self|int|false bitPos(string $key, bool|int $bit, int $start = 0, int $end = -1, bool $bybit = false)
 * @method self|int|false getBit(string $key, int $idx)
 * @method self|int|false pfAdd(string $key, array $elements)
 * @method self|int|false pfCount(array|string $key_or_keys)
 * @method self|bool pfMerge(string $dst, array $srckeys)
 * @method self|int|false setBit(string $key, int $idx, bool|int $value)
 *
 * Places:
 *
 * @method self|int|false geoAdd(string $key, float $lng, float $lat, mixed $member, mixed ...$other_triples_and_options)
 * @method self|float|false geoDist(string $key, mixed $src, mixed $dst, ?string $unit = null)
 * @method self|array|false geoHash(string $key, mixed $member, mixed ...$other_members)
 * @method self|array|false geoPos(string $key, mixed $member, mixed ...$other_members)
 * @method self|array|int|false geoRadius(string $key, float $lng, float $lat, float $radius, string $unit, array $options = [])
 * @method self|array|false geoRadius_ro(string $key, float $lng, float $lat, float $radius, string $unit, array $options = [])
 * @method self|array|int|false geoRadiusByMember(string $key, mixed $member, float $radius, string $unit, array $options = [])
 * @method self|array|false geoRadiusByMember_ro(string $key, mixed $member, float $radius, string $unit, array $options = [])
 * @method self|array|false geoSearch(string $key, array|string $position, array|int|float $shape, string $unit, array $options = [])
 * @method self|int|false geoSearchStore(string $dst, string $src, array|string $position, array|int|float $shape, string $unit, array $options = [])
 *
 * Streams:
 *
 * @method self|int|false xAck(string $key, string $group, array $ids)
 * @method self|array|false xAckDel(string $key, string $group, array $ids, ?string $mode = null)
 * @method self|string|false xAdd(string $key, string $id, array $values, int $maxlen = 0, bool $approx = false, bool $nomkstream = false)
 * @method self|array|false xAutoClaim(string $key, string $group, string $consumer, int $min_idle, string $start, int $count = -1, bool $justid = false)
 * @method self|array|false xClaim(string $key, string $group, string $consumer, int $min_idle, array $ids, array $options = [])
 * @method self|int|false xDel(string $key, array $ids)
 * @method self|array|false xDelEx(string $key, array $ids, ?string $mode = null)
 * @method mixed xGroup(string $operation, string $key = '', string $group = '', string $id_or_consumer = '', bool $mkstream = false, int $entries_read = -2)
 * @method self|array|false xInfo(string $operation, string $key = '', string $group_or_full = '', int $count = -1)
 * @method self|int|false xLen(string $key)
 * @method self|array|false xPending(string $key, string $group, ?string $start = null, ?string $end = null, int $count = -1, ?string $consumer = null)
 * @method self|array|false xRange(string $key, string $start, string $end, int $count = -1)
 * @method self|array|false|null xRead(array $streams, int $count = -1, int $block = -1)
 * @method self|array|false|null xReadGroup(string $group, string $consumer, array $streams, ?int $count = null, ?int $block = null)
 * @method self|array|false xRevRange(string $key, string $end, string $start, int $count = -1)
 * @method self|int|false xTrim(string $key, string|int $threshold, bool $approx = false, bool $minid = false, int $limit = -1)
 *
 * Channels, apart from subscribing:
 *
 * @method self|int|false publish(string $channel, string $message)
 * @method self|array|int|false pubsub(string $command, mixed $arg = null)
 * @method self|int|false sPublish(string $channel, string $message)
 *
 * Vector sets:
 *
 * @method self|int|false vAdd(string $key, array $values, mixed $element, array $options = [])
 * @method self|int|false vCard(string $key)
 * @method self|int|false vDim(string $key)
 * @method self|array|false vEmb(string $key, mixed $member, bool $raw = false)
 * @method self|array|string|false vGetAttr(string $key, mixed $member, bool $decode = true)
 * @method self|array|false vInfo(string $key)
 * @method self|bool vIsMember(string $key, mixed $member)
 * @method self|array|false vLinks(string $key, mixed $member, bool $withscores = false)
 * @method mixed vRandMember(string $key, int $count = 0)
 * @method self|array|false vRange(string $key, string $min, string $max, int $count = -1)
 * @method self|int|false vRem(string $key, mixed $member)
 * @method self|int|false vSetAttr(string $key, mixed $member, array|string $attributes)
 * @method self|array|false vSim(string $key, mixed $member, array $options = [])
 *
 * Scripts, functions, and commands in words of one's own:
 *
 * @method self|string|false echo(string $str)
 * @method mixed eval(string $script, array $args = [], int $num_keys = 0)
 * @method mixed eval_ro(string $script_sha, array $args = [], int $num_keys = 0)
 * @method mixed evalSha(string $sha1, array $args = [], int $num_keys = 0)
 * @method mixed evalSha_ro(string $sha1, array $args = [], int $num_keys = 0)
 * @method mixed fcall(string $fn, array $keys = [], array $args = [])
 * @method mixed fcall_ro(string $fn, array $keys = [], array $args = [])
 * @method mixed function(string $operation, mixed ...$args)
 * @method mixed rawCommand(string $command, mixed ...$args)
 * @method mixed script(string $command, mixed ...$args)
 *
 * All servers together, or any of them:
 *
 * @method mixed command(?string $opt = null, string ...$args)
 * @method self|int|false dbSize()
 * @method self|bool failover(?array $to = null, bool $abort = false, int $timeout = 0)
 * @method self|array|false keys(string $pattern)
 * @method self|bool replicaof(?string $host = null, int $port = 6379)
 * @method self|bool slaveof(?string $host = null, int $port = 6379)
 * @method self|bool swapdb(int $src, int $dst)
 * @method self|int|false wait(int $numreplicas, int $timeout)
 * @method self|array|false waitaof(int $numlocal, int $numreplicas, int $timeout)
 *
 * Old names:
 *
 * @method self|int|false delete(array|string $key, string ...$other_keys)
 * @method mixed evaluate(string $script, array $args = [], int $num_keys = 0)
 * @method mixed evaluateSha(string $sha1, array $args = [], int $num_keys = 0)
 * @method self|array|false getKeys(string $pattern)
 * @method self|array|false getMultiple(array $keys)
 * @method mixed lGet(string $key, int $index)
 * @method self|array|false lGetRange(string $key, int $start, int $end)
 * @method self|bool listTrim(string $key, int $start, int $end)
 * @method self|int|false lRemove(string $key, mixed $value, int $count = 0)
 * @method self|int|false lSize(string $key)
 * @method self|bool renameKey(string $old_name, string $new_name)
 * @method self|bool sContains(string $key, mixed $value)
 * @method self|string|false sendEcho(string $str)
 * @method self|bool setTimeout(string $key, int $timeout)
 * @method self|array|false sGetMembers(string $key)
 * @method self|int|false sRemove(string $key, mixed $value, mixed ...$other_values)
 * @method self|int|false sSize(string $key)
 * @method self|string|false substr(string $key, int $start, int $end)
 * @method self|int|false zDelete(string $key, mixed $member, mixed ...$other_members)
 * @method self|int|false zDeleteRangeByRank(string $key, int $start, int $end)
 * @method self|int|false zDeleteRangeByScore(string $key, int|float|string $start, int|float|string $end)
 * @method self|int|false zRemove(string $key, mixed $member, mixed ...$other_members)
 * @method self|int|false zRemoveRangeByScore(string $key, int|float|string $start, int|float|string $end)
 * @method self|array|false zReverseRange(string $key, string|int $start, string|int $end, array|bool|null $scores = null)
 * @method self|int|false zSize(string $key)
 */
class RedisCluster implements Phpredis\Constants
{
    use Phpredis\Broadcasts;
    use Phpredis\Connection;
    use Phpredis\Scans;
    use Phpredis\Subscriptions;
    use Phpredis\Transactions;
    use Phpredis\Values;

    /**
     * The configuration, and in `slaves` alias_slave => [host, port] of each master's first replica; of the master itself where
     * there is none, or with $masters_only. The servers are asked for them when this is first read.
     *
     * @var array<string, mixed>
     */
    public $cluster;

    /** @var int number of masters */
    public $no_servers;

    private readonly Options $options;
    private readonly Packer $packer;
    private readonly Arguments $arguments;
    private readonly Replies $replies;
    private Client $client;
    /** @var array<string, mixed> */
    private array $config;
    /** Where calls go between multi() or pipeline() and exec(). */
    private ?Queue $queue = null;

    /**
     * Connects to nothing. Objects of equal configurations share their connections, from request to request.
     *
     * @param array<string, mixed> $cluster      nodes (alias => host, port), and master_of (master => slave), where it is wanted
     * @param int                  $redisdb      the database on every node
     * @param bool                 $masters_only read from masters too
     */
    public function __construct(#[\SensitiveParameter] $cluster, $redisdb = 0, $masters_only = false)
    {
        if (!\is_array($cluster)) {
            throw new \TypeError('RedisCluster::__construct(): Argument #1 ($cluster) must be of type array');
        }
        $this->options = new Options();
        $this->packer = new Packer($this->options);
        $this->arguments = new Arguments($this->options, $this->packer);
        $this->replies = new Replies($this->options, $this->packer);
        // The slaves are not configured here, but may come back with what another object's $cluster has said.
        $config = \array_diff_key($cluster, ['slaves' => 0]);
        if ($masters_only) {
            $config = ['masters_only' => true] + \array_diff_key($config, ['read' => 0]);
        }
        $database = $this->arguments->named('__construct')->int($redisdb ?? 0, 1);
        $this->configure(($database === 0 ? [] : ['db' => $database]) + $config);
        $this->no_servers = \count(Discovery::masters($config));
        // The first look at the property ends up in __get(), which asks the servers and puts it back.
        unset($this->cluster);
    }

    private function __clone()
    {
    }

    /**
     * As the table has it, by a shorter way for what most calls are.
     *
     * @param string $key
     * @return mixed false where there is no such key
     */
    public function get($key)
    {
        if (\is_string($key) && $this->options->ordinary && \func_num_args() === 1) {
            $command = ['GET', $this->options->prefix . $key];
            if ($this->queue === null) {
                $reply = $this->client->run($command, Form::NIL_FALSE);
                return \is_object($reply) ? $this->replies->error($reply) : $reply;
            }
            if ($this->queue->takesCommands) {
                $this->queue->steps[] = $command;
                return $this;
            }
        }
        return $this->__call('get', \func_get_args());
    }

    /**
     * Likewise.
     *
     * @param string $key
     * @param mixed  $value
     * @param int|array<mixed>|null $options seconds, or ['nx', 'ex' => 10]
     * @return mixed true; false where NX or XX forbade it
     */
    public function set($key, $value, $options = null)
    {
        $ordinary = $options === null && $this->options->ordinary && \func_num_args() < 4;
        if ($ordinary && \is_string($key) && \is_string($value)) {
            $command = ['SET', $this->options->prefix . $key, $value];
            if ($this->queue === null) {
                $reply = $this->client->run($command, Form::PHPREDIS);
                return \is_object($reply) ? $this->replies->error($reply) : $reply;
            }
            if ($this->queue->takesCommands) {
                $this->queue->steps[] = $command;
                return $this;
            }
        }
        return $this->__call('set', \func_num_args() > 3 ? \func_get_args() : [$key, $value, $options]);
    }

    /**
     * Every other method that is a command.
     *
     * @param array<mixed> $arguments
     */
    public function __call(string $name, array $arguments): mixed
    {
        $entry = Methods::entry($name) ?? throw new \Error('Call to undefined method ' . static::class . "::$name()");
        $call = $this->arguments->call($name, $entry, $arguments);
        if ($call === null) {
            return false;
        }
        if ($this->queue !== null) {
            $this->queue->add($call);
            return $this;
        }
        try {
            return $this->replies->value($call, $this->client->run($call->command, $this->replies->form($call)));
        } catch (ConnectionException $failure) {
            return $this->failed($failure);
        }
    }

    public function &__get(string $name): mixed
    {
        if ($name === 'cluster') {
            $slaves = Discovery::slaves($this->config, $this->client);
            $this->cluster = $this->config + ['slaves' => $slaves];
            return $this->cluster;
        }
        \trigger_error('Undefined property: ' . static::class . "::\$$name", \E_USER_WARNING);
        $nothing = null;
        return $nothing;
    }

    public function __isset(string $name): bool
    {
        return $name === 'cluster';
    }

    /**
     * The node of a key.
     *
     * @param string $name
     * @return array<string, array{host: ?string, port: ?int}> its alias => where it is; the path of a Unix socket is a host
     */
    public function getnodefor($name): array
    {
        $node = $this->client->nodeFor($this->arguments->named('getnodefor')->key($name, 0));
        return [$node['alias'] => ['host' => $node['host'] ?? $node['unix'], 'port' => $node['port']]];
    }

    /**
     * Changes the database on every node.
     *
     * @param int $db
     */
    public function setSelectDB($db): bool
    {
        $this->configure(Discovery::onDatabase($this->config, $this->arguments->named('setSelectDB')->int($db, 0)));
        return true;
    }

    private function failed(ConnectionException $failure): mixed
    {
        if (!$this->options->failureAsNull) {
            throw $failure;
        }
        \error_log('RedisCluster: ' . $failure->getMessage());
        return null;
    }

    /**
     * Goes on with another configuration, if it is a good one.
     *
     * @param array<string, mixed> $config
     */
    private function configure(#[\SensitiveParameter] array $config): void
    {
        $this->goOnWith(new Client($config), $config['db'] ?? 0);
        $this->config = $config;
    }
}
