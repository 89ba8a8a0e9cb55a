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
		NewConsistentHash: func(shards []string) redis.ConsistentHash { return crc32Modulo(len(shards)) },
		PoolSize:          64, // the default of the library
	})}
}

// crc32Modulo is the number of nodes. It hashes keys like the library.
type crc32Modulo int

func (nodes crc32Modulo) Get(key string) string {
	return fmt.Sprintf("node_%d", crc32.ChecksumIEEE([]byte(key))%uint32(nodes)+1)
}

func (r ring) get(key string) []string {
	return []string{must(r.client.Get(ctx, key).Result())}
}

// mget sends one GET for each key, because a Ring sends an MGET to one shard. The pipeline goes to all shards at once.
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

// storeKeys sets count keys to values of 32 bytes and returns the keys.
func storeKeys(r ring, count int) []string {
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
