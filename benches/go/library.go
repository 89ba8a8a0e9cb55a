package main

import (
	"log"
	"os"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

type library struct{ client *rediscluster.Client }

func openLibrary() library {
	return library{must(rediscluster.Open(os.Getenv("REDISCLUSTER_CONFIG")))}
}

func (l library) get(key string) []string {
	return []string{must(must(l.client.Do(ctx, "GET", key)).Text())}
}

func (l library) mget(keys []string) []string {
	command := make([]any, 0, len(keys)+1)
	command = append(command, "MGET")
	for _, key := range keys {
		command = append(command, key)
	}
	return must(must(l.client.Do(ctx, command...)).Strings())
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
