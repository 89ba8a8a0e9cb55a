<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConnectionException;
use RedisCluster\Form;
use RedisCluster\RedisCluster;

/**
 * The methods that are one command. They go through __call(), by the table in Methods.
 *
 * Strings:
 *
 * @method RedisCluster|int|false append(string $key, mixed $value)
 * @method RedisCluster|int|false decr(string $key, int $by = 1)
 * @method RedisCluster|int|false decrBy(string $key, int $value)
 * @method RedisCluster|int|false delex(string $key, array $options = [])
 * @method RedisCluster|int|false delifeq(string $key, mixed $value)
 * @method RedisCluster|string|false digest(string $key)
 * @method mixed getDel(string $key)
 * @method mixed getEx(string $key, array $options = [])
 * @method RedisCluster|string|false getRange(string $key, int $start, int $end)
 * @method mixed getSet(string $key, mixed $value)
 * @method RedisCluster|array getWithMeta(string $key)
 * @method RedisCluster|int|false incr(string $key, int $by = 1)
 * @method RedisCluster|int|false incrBy(string $key, int $value)
 * @method RedisCluster|float|false incrByFloat(string $key, float $value)
 * @method RedisCluster|string|int|array|false lcs(string $key1, string $key2, array $options = [])
 * @method RedisCluster|array|false mGet(array $keys)
 * @method RedisCluster|bool mSet(array $key_values)
 * @method RedisCluster|int|false mSetEx(array $key_vals, int|float|array|null $expiry = null)
 * @method RedisCluster|bool mSetNx(array $key_values)
 * @method RedisCluster|bool pSetEx(string $key, int $expire, mixed $value)
 * @method RedisCluster|bool setEx(string $key, int $expire, mixed $value)
 * @method RedisCluster|bool setNx(string $key, mixed $value)
 * @method RedisCluster|int|false setRange(string $key, int $index, string $value)
 * @method RedisCluster|int|false strLen(string $key)
 *
 * Keys:
 *
 * @method RedisCluster|bool copy(string $src, string $dst, array $options = [])
 * @method RedisCluster|int|false del(array|string $key, string ...$other_keys)
 * @method RedisCluster|string|false dump(string $key)
 * @method RedisCluster|int|false exists(mixed $key, mixed ...$other_keys)
 * @method RedisCluster|bool expire(string $key, int $timeout, string $mode = '')
 * @method RedisCluster|bool expireAt(string $key, int $timestamp, string $mode = '')
 * @method RedisCluster|int|false expireMember(string $key, string $field, int $ttl, string $unit = '')
 * @method RedisCluster|int|false expireMemberAt(string $key, string $field, int $timestamp)
 * @method RedisCluster|int|false expireTime(string $key)
 * @method RedisCluster|bool migrate(string $host, int $port, string|array $key, int $dstdb, int $timeout, bool $copy = false, bool $replace = false, mixed $credentials = null)
 * @method RedisCluster|bool move(string $key, int $index)
 * @method RedisCluster|int|string|false object(string $subcommand, string $key)
 * @method RedisCluster|bool persist(string $key)
 * @method RedisCluster|bool pExpire(string $key, int $timeout, string $mode = '')
 * @method RedisCluster|bool pExpireAt(string $key, int $timestamp, string $mode = '')
 * @method RedisCluster|int|false pExpireTime(string $key)
 * @method RedisCluster|int|false pTtl(string $key)
 * @method RedisCluster|string|false randomKey()
 * @method RedisCluster|bool rename(string $old_name, string $new_name)
 * @method RedisCluster|bool renameNx(string $key_src, string $key_dst)
 * @method RedisCluster|bool restore(string $key, int $ttl, string $value, array $options = [])
 * @method RedisCluster|array|int|false sort(string $key, array $options = [])
 * @method RedisCluster|array|false sort_ro(string $key, array $options = [])
 * @method RedisCluster|array|int|false sortAsc(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method RedisCluster|array|int|false sortAscAlpha(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method RedisCluster|array|int|false sortDesc(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method RedisCluster|array|int|false sortDescAlpha(string $key, ?string $pattern = null, mixed $get = null, int $offset = -1, int $count = -1, ?string $store = null)
 * @method RedisCluster|int|false touch(array|string $key_or_array, string ...$more_keys)
 * @method RedisCluster|int|false ttl(string $key)
 * @method RedisCluster|int|false type(string $key)
 * @method RedisCluster|int|false unlink(array|string $key, string ...$other_keys)
 *
 * Hashes:
 *
 * @method RedisCluster|int|false hDel(string $key, string $field, string ...$other_fields)
 * @method RedisCluster|bool hExists(string $key, string $field)
 * @method RedisCluster|array|false hExpire(string $key, int $ttl, array $fields, ?string $mode = null)
 * @method RedisCluster|array|false hExpireAt(string $key, int $time, array $fields, ?string $mode = null)
 * @method RedisCluster|array|false hExpireTime(string $key, array $fields)
 * @method mixed hGet(string $key, string $member)
 * @method RedisCluster|array|false hGetAll(string $key)
 * @method RedisCluster|array|false hGetDel(string $key, array $fields)
 * @method RedisCluster|array|false hGetEx(string $key, array $fields, string|array|null $expiry = null)
 * @method RedisCluster|array hGetWithMeta(string $key, string $member)
 * @method RedisCluster|int|false hIncrBy(string $key, string $field, int $value)
 * @method RedisCluster|float|false hIncrByFloat(string $key, string $field, float $value)
 * @method RedisCluster|array|false hKeys(string $key)
 * @method RedisCluster|int|false hLen(string $key)
 * @method RedisCluster|array|false hMGet(string $key, array $fields)
 * @method RedisCluster|bool hMSet(string $key, array $fieldvals)
 * @method RedisCluster|array|false hPersist(string $key, array $fields)
 * @method RedisCluster|array|false hPExpire(string $key, int $ttl, array $fields, ?string $mode = null)
 * @method RedisCluster|array|false hPExpireAt(string $key, int $mstime, array $fields, ?string $mode = null)
 * @method RedisCluster|array|false hPExpireTime(string $key, array $fields)
 * @method RedisCluster|array|false hPTtl(string $key, array $fields)
 * @method RedisCluster|string|array|false hRandField(string $key, array $options = [])
 * @method RedisCluster|int|false hSet(string $key, mixed ...$fields_and_vals)
 * @method RedisCluster|int|false hSetEx(string $key, array $fields, ?array $expiry = null)
 * @method RedisCluster|bool hSetNx(string $key, string $field, mixed $value)
 * @method RedisCluster|int|false hStrLen(string $key, string $field)
 * @method RedisCluster|array|false hTtl(string $key, array $fields)
 * @method RedisCluster|array|false hVals(string $key)
 *
 * Lists:
 *
 * @method mixed blMove(string $src, string $dst, string $wherefrom, string $whereto, float $timeout)
 * @method RedisCluster|array|false|null blMPop(float $timeout, array $keys, string $from, int $count = 1)
 * @method RedisCluster|array|false|null blPop(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method RedisCluster|array|false|null brPop(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method mixed brPopLPush(string $src, string $dst, int|float $timeout)
 * @method mixed lIndex(string $key, int $index)
 * @method RedisCluster|int|false lInsert(string $key, string $pos, mixed $pivot, mixed $value)
 * @method RedisCluster|int|false lLen(string $key)
 * @method mixed lMove(string $src, string $dst, string $wherefrom, string $whereto)
 * @method RedisCluster|array|false|null lMPop(array $keys, string $from, int $count = 1)
 * @method mixed lPop(string $key, int $count = 0)
 * @method RedisCluster|int|array|false|null lPos(string $key, mixed $value, array $options = [])
 * @method RedisCluster|int|false lPush(string $key, mixed ...$elements)
 * @method RedisCluster|int|false lPushX(string $key, mixed $value)
 * @method RedisCluster|array|false lRange(string $key, int $start, int $end)
 * @method RedisCluster|int|false lRem(string $key, mixed $value, int $count = 0)
 * @method RedisCluster|bool lSet(string $key, int $index, mixed $value)
 * @method RedisCluster|bool lTrim(string $key, int $start, int $end)
 * @method mixed rPop(string $key, int $count = 0)
 * @method mixed rPopLPush(string $srckey, string $dstkey)
 * @method RedisCluster|int|false rPush(string $key, mixed ...$elements)
 * @method RedisCluster|int|false rPushX(string $key, mixed $value)
 *
 * Sets:
 *
 * @method RedisCluster|int|false sAdd(string $key, mixed $value, mixed ...$other_values)
 * @method RedisCluster|int|false sAddArray(string $key, array $values)
 * @method RedisCluster|int|false sCard(string $key)
 * @method RedisCluster|array|false sDiff(array|string $key, string ...$other_keys)
 * @method RedisCluster|int|false sDiffStore(array|string $dst, string ...$other_keys)
 * @method RedisCluster|array|false sInter(array|string $key, string ...$other_keys)
 * @method RedisCluster|int|false sInterCard(array $keys, int $limit = -1)
 * @method RedisCluster|int|false sInterStore(array|string $key, string ...$other_keys)
 * @method RedisCluster|bool sIsMember(string $key, mixed $value)
 * @method RedisCluster|array|false sMembers(string $key)
 * @method RedisCluster|array|false sMisMember(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|bool sMove(string $src, string $dst, mixed $value)
 * @method mixed sPop(string $key, int $count = 0)
 * @method mixed sRandMember(string $key, int $count = 0)
 * @method RedisCluster|int|false sRem(string $key, mixed $value, mixed ...$other_values)
 * @method RedisCluster|array|false sUnion(array|string $key, string ...$other_keys)
 * @method RedisCluster|int|false sUnionStore(array|string $dst, string ...$other_keys)
 *
 * Sorted sets:
 *
 * @method RedisCluster|array|false|null bzMPop(float $timeout, array $keys, string $from, int $count = 1)
 * @method RedisCluster|array|false|null bzPopMax(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method RedisCluster|array|false|null bzPopMin(string|array $key, string|float|int $timeout_or_key, mixed ...$extra_args)
 * @method RedisCluster|int|float|false zAdd(string $key, array|float|string $score_or_options, mixed ...$more_scores_and_mems)
 * @method RedisCluster|int|false zCard(string $key)
 * @method RedisCluster|int|false zCount(string $key, int|float|string $start, int|float|string $end)
 * @method RedisCluster|array|false zDiff(array $keys, array $options = [])
 * @method RedisCluster|int|false zDiffStore(string $dst, array $keys)
 * @method RedisCluster|float|false zIncrBy(string $key, float $value, mixed $member)
 * @method RedisCluster|array|int|false zInter(array|string $keys, ?array $weights = null, array|string|null $options = null, ?string $aggregate = null)
 * @method RedisCluster|int|false zInterCard(array $keys, int $limit = -1)
 * @method RedisCluster|int|false zInterStore(string $dst, array $keys, ?array $weights = null, ?string $aggregate = null)
 * @method RedisCluster|int|false zLexCount(string $key, string $min, string $max)
 * @method RedisCluster|array|false|null zMPop(array $keys, string $from, int $count = 1)
 * @method RedisCluster|array|false zMScore(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|array|false zPopMax(string $key, int $count = 1)
 * @method RedisCluster|array|false zPopMin(string $key, int $count = 1)
 * @method mixed zRandMember(string $key, array $options = [])
 * @method RedisCluster|array|false zRange(string $key, string|int $start, string|int $end, array|bool|null $options = null)
 * @method RedisCluster|array|false zRangeByLex(string $key, string $min, string $max, int $offset = -1, int $count = -1)
 * @method RedisCluster|array|false zRangeByScore(string $key, int|float|string $start, int|float|string $end, array $options = [])
 * @method RedisCluster|int|false zRangeStore(string $dstkey, string $srckey, string|int $start, string|int $end, array|bool|null $options = null)
 * @method RedisCluster|int|false zRank(string $key, mixed $member)
 * @method RedisCluster|int|false zRem(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|int|false zRemRangeByLex(string $key, string $min, string $max)
 * @method RedisCluster|int|false zRemRangeByRank(string $key, int $start, int $end)
 * @method RedisCluster|int|false zRemRangeByScore(string $key, int|float|string $start, int|float|string $end)
 * @method RedisCluster|array|false zRevRange(string $key, string|int $start, string|int $end, array|bool|null $scores = null)
 * @method RedisCluster|array|false zRevRangeByLex(string $key, string $max, string $min, int $offset = -1, int $count = -1)
 * @method RedisCluster|array|false zRevRangeByScore(string $key, int|float|string $max, int|float|string $min, array $options = [])
 * @method RedisCluster|int|false zRevRank(string $key, mixed $member)
 * @method RedisCluster|float|false zScore(string $key, mixed $member)
 * @method RedisCluster|array|int|false zUnion(array|string $keys, ?array $weights = null, array|string|null $options = null, ?string $aggregate = null)
 * @method RedisCluster|int|false zUnionStore(string $dst, array $keys, ?array $weights = null, ?string $aggregate = null)
 *
 * Bits and HyperLogLog:
 *
 * @method RedisCluster|int|false bitCount(string $key, int $start = 0, int $end = -1, bool $bybit = false)
 * @method RedisCluster|int|false bitOp(string $operation, string $deskey, string $srckey, string ...$other_keys)
 * @method RedisCluster|int|false bitPos(string $key, bool|int $bit, int $start = 0, int $end = -1, bool $bybit = false)
 * @method RedisCluster|int|false getBit(string $key, int $idx)
 * @method RedisCluster|int|false pfAdd(string $key, array $elements)
 * @method RedisCluster|int|false pfCount(array|string $key_or_keys)
 * @method RedisCluster|bool pfMerge(string $dst, array $srckeys)
 * @method RedisCluster|int|false setBit(string $key, int $idx, bool|int $value)
 *
 * Places:
 *
 * @method RedisCluster|int|false geoAdd(string $key, float $lng, float $lat, mixed $member, mixed ...$other_triples_and_options)
 * @method RedisCluster|float|false geoDist(string $key, mixed $src, mixed $dst, ?string $unit = null)
 * @method RedisCluster|array|false geoHash(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|array|false geoPos(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|array|int|false geoRadius(string $key, float $lng, float $lat, float $radius, string $unit, array $options = [])
 * @method RedisCluster|array|false geoRadius_ro(string $key, float $lng, float $lat, float $radius, string $unit, array $options = [])
 * @method RedisCluster|array|int|false geoRadiusByMember(string $key, mixed $member, float $radius, string $unit, array $options = [])
 * @method RedisCluster|array|false geoRadiusByMember_ro(string $key, mixed $member, float $radius, string $unit, array $options = [])
 * @method RedisCluster|array|false geoSearch(string $key, array|string $position, array|int|float $shape, string $unit, array $options = [])
 * @method RedisCluster|int|false geoSearchStore(string $dst, string $src, array|string $position, array|int|float $shape, string $unit, array $options = [])
 *
 * Streams:
 *
 * @method RedisCluster|int|false xAck(string $key, string $group, array $ids)
 * @method RedisCluster|array|false xAckDel(string $key, string $group, array $ids, ?string $mode = null)
 * @method RedisCluster|string|false xAdd(string $key, string $id, array $values, int $maxlen = 0, bool $approx = false, bool $nomkstream = false)
 * @method RedisCluster|array|false xAutoClaim(string $key, string $group, string $consumer, int $min_idle, string $start, int $count = -1, bool $justid = false)
 * @method RedisCluster|array|false xClaim(string $key, string $group, string $consumer, int $min_idle, array $ids, array $options = [])
 * @method RedisCluster|int|false xDel(string $key, array $ids)
 * @method RedisCluster|array|false xDelEx(string $key, array $ids, ?string $mode = null)
 * @method mixed xGroup(string $operation, string $key = '', string $group = '', string $id_or_consumer = '', bool $mkstream = false, int $entries_read = -2)
 * @method RedisCluster|array|false xInfo(string $operation, string $key = '', string $group_or_full = '', int $count = -1)
 * @method RedisCluster|int|false xLen(string $key)
 * @method RedisCluster|array|false xPending(string $key, string $group, ?string $start = null, ?string $end = null, int $count = -1, ?string $consumer = null)
 * @method RedisCluster|array|false xRange(string $key, string $start, string $end, int $count = -1)
 * @method RedisCluster|array|false|null xRead(array $streams, int $count = -1, int $block = -1)
 * @method RedisCluster|array|false|null xReadGroup(string $group, string $consumer, array $streams, ?int $count = null, ?int $block = null)
 * @method RedisCluster|array|false xRevRange(string $key, string $end, string $start, int $count = -1)
 * @method RedisCluster|int|false xTrim(string $key, string|int $threshold, bool $approx = false, bool $minid = false, int $limit = -1)
 *
 * Channels, apart from subscribing:
 *
 * @method RedisCluster|int|false publish(string $channel, string $message)
 * @method RedisCluster|array|int|false pubsub(string $command, mixed $arg = null)
 * @method RedisCluster|int|false sPublish(string $channel, string $message)
 *
 * Vector sets:
 *
 * @method RedisCluster|int|false vAdd(string $key, array $values, mixed $element, array $options = [])
 * @method RedisCluster|int|false vCard(string $key)
 * @method RedisCluster|int|false vDim(string $key)
 * @method RedisCluster|array|false vEmb(string $key, mixed $member, bool $raw = false)
 * @method RedisCluster|array|string|false vGetAttr(string $key, mixed $member, bool $decode = true)
 * @method RedisCluster|array|false vInfo(string $key)
 * @method RedisCluster|bool vIsMember(string $key, mixed $member)
 * @method RedisCluster|array|false vLinks(string $key, mixed $member, bool $withscores = false)
 * @method mixed vRandMember(string $key, int $count = 0)
 * @method RedisCluster|array|false vRange(string $key, string $min, string $max, int $count = -1)
 * @method RedisCluster|int|false vRem(string $key, mixed $member)
 * @method RedisCluster|int|false vSetAttr(string $key, mixed $member, array|string $attributes)
 * @method RedisCluster|array|false vSim(string $key, mixed $member, array $options = [])
 *
 * Scripts, functions, and commands in words of one's own:
 *
 * @method RedisCluster|string|false echo(string $str)
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
 * @method RedisCluster|int|false dbSize()
 * @method RedisCluster|bool failover(?array $to = null, bool $abort = false, int $timeout = 0)
 * @method RedisCluster|array|false keys(string $pattern)
 * @method RedisCluster|bool replicaof(?string $host = null, int $port = 6379)
 * @method RedisCluster|bool slaveof(?string $host = null, int $port = 6379)
 * @method RedisCluster|bool swapdb(int $src, int $dst)
 * @method RedisCluster|int|false wait(int $numreplicas, int $timeout)
 * @method RedisCluster|array|false waitaof(int $numlocal, int $numreplicas, int $timeout)
 *
 * Old names:
 *
 * @method RedisCluster|int|false delete(array|string $key, string ...$other_keys)
 * @method mixed evaluate(string $script, array $args = [], int $num_keys = 0)
 * @method mixed evaluateSha(string $sha1, array $args = [], int $num_keys = 0)
 * @method RedisCluster|array|false getKeys(string $pattern)
 * @method RedisCluster|array|false getMultiple(array $keys)
 * @method mixed lGet(string $key, int $index)
 * @method RedisCluster|array|false lGetRange(string $key, int $start, int $end)
 * @method RedisCluster|bool listTrim(string $key, int $start, int $end)
 * @method RedisCluster|int|false lRemove(string $key, mixed $value, int $count = 0)
 * @method RedisCluster|int|false lSize(string $key)
 * @method RedisCluster|bool renameKey(string $old_name, string $new_name)
 * @method RedisCluster|bool sContains(string $key, mixed $value)
 * @method RedisCluster|string|false sendEcho(string $str)
 * @method RedisCluster|bool setTimeout(string $key, int $timeout)
 * @method RedisCluster|array|false sGetMembers(string $key)
 * @method RedisCluster|int|false sRemove(string $key, mixed $value, mixed ...$other_values)
 * @method RedisCluster|int|false sSize(string $key)
 * @method RedisCluster|string|false substr(string $key, int $start, int $end)
 * @method RedisCluster|int|false zDelete(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|int|false zDeleteRangeByRank(string $key, int $start, int $end)
 * @method RedisCluster|int|false zDeleteRangeByScore(string $key, int|float|string $start, int|float|string $end)
 * @method RedisCluster|int|false zRemove(string $key, mixed $member, mixed ...$other_members)
 * @method RedisCluster|int|false zRemoveRangeByScore(string $key, int|float|string $start, int|float|string $end)
 * @method RedisCluster|array|false zReverseRange(string $key, string|int $start, string|int $end, array|bool|null $scores = null)
 * @method RedisCluster|int|false zSize(string $key)
 */
trait Commands
{
    /**
     * As the table has it, by a shorter way for what most calls are.
     *
     * @param string $key
     * @return mixed false where there is no such key
     */
    public function get($key)
    {
        $options = $this->options;
        if (\is_string($key) && $options->ordinary && \func_num_args() === 1) {
            $queue = $this->queue;
            if ($queue === null) {
                $reply = $this->client->run(['GET', $options->prefix . $key], Form::NIL_FALSE);
                return \is_object($reply) ? $this->replies->error($reply) : $reply;
            }
            if ($queue->takesCommands) {
                $queue->steps[] = "GET\xff$options->prefix$key";
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
            $queue = $this->queue;
            if ($queue === null) {
                $reply = $this->client->run($command, Form::PHPREDIS);
                return \is_object($reply) ? $this->replies->error($reply) : $reply;
            }
            if ($queue->takesCommands) {
                $queue->steps[] = $command;
                $queue->isJoined = false;
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
}
