package goredis_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
	"github.com/rediscluster/rediscluster/bindings/go/goredis"
)

var ctx = context.Background()

// The first servers are the nodes of the cluster; the others are alone.
const (
	nodes   = 3
	servers = nodes + 2
)

func ports(t testing.TB) []string {
	t.Helper()
	found := strings.Fields(os.Getenv("REDISCLUSTER_PORTS"))
	if len(found) != servers {
		t.Fatalf("REDISCLUSTER_PORTS has %d ports: run scripts/with-redis %d -- go test ./...", len(found), servers)
	}
	return found
}

// openCluster opens the cluster and flushes all nodes.
func openCluster(t testing.TB) *rediscluster.Client {
	t.Helper()
	cluster := openClusterWithItsKeys(t)
	if _, err := cluster.Each(ctx, "FLUSHALL"); err != nil {
		t.Fatal(err)
	}
	return cluster
}

func openClusterWithItsKeys(t testing.TB) *rediscluster.Client {
	t.Helper()
	config := rediscluster.Config{HashTag: "keep", Transactions: "per_node"}
	for _, port := range ports(t)[:nodes] {
		config.URLs = append(config.URLs, "redis://127.0.0.1:"+port)
	}
	cluster, err := rediscluster.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cluster.Close() })
	return cluster
}

// open opens a client on an empty cluster.
func open(t testing.TB, options *redis.Options) redis.UniversalClient {
	t.Helper()
	client := goredis.New(openCluster(t), options)
	t.Cleanup(func() { client.Close() })
	return client
}

// openSingle opens a client of go-redis on one of the servers that are alone.
func openSingle(t testing.TB, options redis.Options, n int) *redis.Client {
	t.Helper()
	options.Addr = fmt.Sprint("127.0.0.1:", ports(t)[nodes+n])
	client := redis.NewClient(&options)
	t.Cleanup(func() { client.Close() })
	return client
}
