package main

import (
	"os"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

type library struct{ client *rediscluster.Client }

func openCluster() *rediscluster.Client {
	return must(rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG")))
}

func (l library) get(key string) string { return must(must(l.client.Do(ctx, "GET", key)).Text()) }

func (l library) set(key, value string) { must(l.client.Do(ctx, "SET", key, value)) }

func (l library) mget(keys []string) []string {
	command := make([]any, 0, len(keys)+1)
	command = append(command, "MGET")
	for _, key := range keys {
		command = append(command, key)
	}
	return must(must(l.client.Do(ctx, command...)).Strings())
}

func (l library) pipeline(keys []string) []string {
	pipeline := l.client.Pipeline()
	for _, key := range keys {
		pipeline.Add("GET", key)
	}
	results := must(pipeline.Exec(ctx))
	values := make([]string, len(results))
	for at, result := range results {
		values[at] = must(result.Value.Text())
	}
	return values
}
