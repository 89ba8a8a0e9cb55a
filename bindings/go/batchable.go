package rediscluster

import "strings"

// batchable lists the commands that can be batched, in upper and lower case. They are short and do not block, so that none delays the
// others of its batch.
var batchable = setOf(`
	APPEND DECR DECRBY GET GETBIT GETDEL GETEX GETRANGE GETSET INCR INCRBY INCRBYFLOAT PSETEX SET SETBIT SETEX SETNX SETRANGE STRLEN
	EXPIRE EXPIREAT EXPIRETIME PERSIST PEXPIRE PEXPIREAT PEXPIRETIME PTTL TTL TYPE
	HDEL HEXISTS HGET HINCRBY HINCRBYFLOAT HLEN HMGET HSET HSETNX HSTRLEN
	LINDEX LLEN LPOP LPUSH LPUSHX RPOP RPUSH RPUSHX
	SADD SCARD SISMEMBER SMISMEMBER SREM
	ZADD ZCARD ZCOUNT ZINCRBY ZMSCORE ZRANK ZREM ZREVRANK ZSCORE
	PFADD`)

func setOf(names string) map[string]struct{} {
	set := map[string]struct{}{}
	for _, name := range strings.Fields(names) {
		set[name] = struct{}{}
		set[strings.ToLower(name)] = struct{}{}
	}
	return set
}

func canBatch(args []any) bool {
	if len(args) == 0 {
		return false
	}
	name, _ := args[0].(string)
	_, ok := batchable[name]
	return ok
}
