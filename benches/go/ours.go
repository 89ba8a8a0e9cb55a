package main

import (
	"log"
	"os"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

type our struct{ client *rediscluster.Client }

func openOurs() our {
	return our{must(rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG")))}
}

func (o our) get(key string) []string {
	return []string{must(must(o.client.Do(ctx, "GET", key)).Text())}
}

func (o our) mget(keys []string) []string {
	command := make([]any, 0, len(keys)+1)
	command = append(command, "MGET")
	for _, key := range keys {
		command = append(command, key)
	}
	return must(must(o.client.Do(ctx, command...)).Strings())
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
