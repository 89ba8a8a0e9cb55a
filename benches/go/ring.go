package main

import (
	"fmt"
	"hash/crc32"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

type ring struct{ client *redis.Ring }

func openRing() ring {
	addresses := map[string]string{}
	for at, port := range strings.Fields(os.Getenv("REDISCLUSTER_PORTS")) {
		addresses[fmt.Sprintf("node_%d", at+1)] = "127.0.0.1:" + port
	}
	return ring{redis.NewRing(&redis.RingOptions{
		Addrs:             addresses,
		NewConsistentHash: func(shards []string) redis.ConsistentHash { return ourRule(len(shards)) },
		PoolSize:          64, // ours has as many
	})}
}

// ourRule is the number of nodes; a key's shard is named by crc32.
type ourRule int

func (nodes ourRule) Get(key string) string {
	return fmt.Sprintf("node_%d", crc32.ChecksumIEEE([]byte(key))%uint32(nodes)+1)
}

func (r ring) get(key string) []string {
	return []string{must(r.client.Get(ctx, key).Result())}
}

// mget is how a Ring reads many keys: one GET each, in pipelines that it sends to all shards at once.
func (r ring) mget(keys []string) []string {
	commands := must(r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, key := range keys {
			pipe.Get(ctx, key)
		}
		return nil
	}))
	values := make([]string, len(commands))
	for at, command := range commands {
		values[at] = command.(*redis.StringCmd).Val()
	}
	return values
}

// store sets that many keys to values of 32 bytes.
func store(r ring, count int) []string {
	keys := make([]string, count)
	must(r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for at := range keys {
			keys[at] = fmt.Sprintf("go:%d", at)
			pipe.Set(ctx, keys[at], fmt.Sprintf("%-32s", keys[at]), 0)
		}
		return nil
	}))
	return keys
}
