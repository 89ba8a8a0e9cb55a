package main

import (
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"github.com/rediscluster/rediscluster/bindings/go/goredis"
)

const (
	poolSize    = 64 // the default of the library
	poolTimeout = 5 * time.Minute
)

// universal is a client of go-redis for all nodes.
type universal struct{ redis.UniversalClient }

func openRing() universal {
	shards := map[string]string{}
	for at, address := range addresses() {
		shards[fmt.Sprint("node_", at)] = address
	}
	return universal{redis.NewRing(&redis.RingOptions{
		Addrs:             shards,
		NewConsistentHash: func(shards []string) redis.ConsistentHash { return shardOf{make(perNode[int], len(shards))} },
		PoolSize:          poolSize,
		PoolTimeout:       poolTimeout,
	})}
}

type shardOf struct{ nodes perNode[int] }

func (s shardOf) Get(key string) string { return fmt.Sprint("node_", s.nodes.at(key)) }

func openAdapter(cluster *rediscluster.Client) universal {
	return universal{goredis.New(cluster, &redis.Options{PoolSize: poolSize, PoolTimeout: poolTimeout})}
}

func (u universal) get(key string) string { return must(u.Get(ctx, key).Result()) }

func (u universal) set(key, value string) { must(u.Set(ctx, key, value, 0).Result()) }

// mget sends one GET for each key, because a Ring sends an MGET to one shard. The pipeline goes to all shards at once.
func (u universal) mget(keys []string) []string { return u.pipeline(keys) }

func (u universal) pipeline(keys []string) []string { return pipelined(u.UniversalClient, keys) }

func pipelined(c redis.Cmdable, keys []string) []string {
	commands := must(c.Pipelined(ctx, func(pipe redis.Pipeliner) error {
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

// autoPipelines has for each node a client of go-redis that collects the commands of concurrent callers.
type autoPipelines struct{ perNode[node] }

type node struct {
	client redis.UniversalClient
	auto   *redis.AutoPipeliner
}

func openAutoPipelines() autoPipelines {
	var nodes autoPipelines
	for _, address := range addresses() {
		nodes.add(redis.NewClient(&redis.Options{Addr: address, PoolSize: poolSize, PoolTimeout: poolTimeout}))
	}
	return nodes
}

// autoPipeline returns a client with the only node u.
func (u universal) autoPipeline() autoPipelines {
	var nodes autoPipelines
	nodes.add(u.UniversalClient)
	return nodes
}

func (a *autoPipelines) add(client redis.UniversalClient) {
	a.perNode = append(a.perNode, node{client, must(client.AutoPipeline())})
}

func (a autoPipelines) get(key string) string { return must(a.of(key).auto.Get(ctx, key).Result()) }

func (a autoPipelines) set(key, value string) { must(a.of(key).auto.Set(ctx, key, value, 0).Result()) }

func (a autoPipelines) mget(keys []string) []string {
	return a.split(keys, func(n node, keys []string) []string {
		values := make([]string, len(keys))
		for at, value := range must(n.auto.MGet(ctx, keys...).Result()) {
			values[at] = value.(string)
		}
		return values
	})
}

func (a autoPipelines) pipeline(keys []string) []string {
	return a.split(keys, func(n node, keys []string) []string { return pipelined(n.client, keys) })
}
