package rediscluster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

var ctx = context.Background()

// A config is the configuration of the servers that the tests run on, to be changed and opened.
type config struct {
	Nodes map[string]map[string]any `json:"nodes"`
	extra map[string]any
}

// TestMain wants servers; a run without them would pass and mean nothing.
func TestMain(m *testing.M) {
	if os.Getenv(openAsChild) != "" {
		openAndPrintError()
		return
	}
	if os.Getenv("REDISCLUSTER_CONFIG") == "" {
		fmt.Fprintln(os.Stderr, "no servers in REDISCLUSTER_CONFIG: run scripts/with-redis 3 -- go test ./...")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// servers answers the configuration of the first n servers.
func servers(t testing.TB, n int) config {
	t.Helper()
	var all config
	if err := json.Unmarshal([]byte(os.Getenv("REDISCLUSTER_CONFIG")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Nodes) < n {
		t.Skipf("needs %d servers, there are %d", n, len(all.Nodes))
	}
	some := config{Nodes: map[string]map[string]any{}, extra: map[string]any{}}
	for i := 1; i <= n; i++ {
		alias := fmt.Sprintf("node_%d", i)
		some.Nodes[alias] = all.Nodes[alias]
	}
	return some
}

// oneServer answers a configuration of a single node at a port of this machine.
func oneServer(port int) config {
	return config{
		Nodes: map[string]map[string]any{"node_1": {"host": "127.0.0.1", "port": port}},
		extra: map[string]any{},
	}
}

// with sets an option.
func (c config) with(name string, value any) config {
	c.extra[name] = value
	return c
}

func (c config) String() string {
	all := map[string]any{"nodes": c.Nodes}
	for name, value := range c.extra {
		all[name] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// open opens a client that is closed with the test.
func (c config) open(t testing.TB) *rediscluster.Client {
	t.Helper()
	client, err := rediscluster.Open(c.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// fresh opens a client of three empty servers.
func fresh(t testing.TB) *rediscluster.Client {
	t.Helper()
	return emptied(t, servers(t, 3).open(t))
}

func emptied(t testing.TB, c *rediscluster.Client) *rediscluster.Client {
	t.Helper()
	results, err := c.Each(ctx, "FLUSHALL")
	if err != nil {
		t.Fatal(err)
	}
	for alias, result := range results {
		if result.Err != nil {
			t.Fatal(alias, result.Err)
		}
	}
	return c
}

// do runs a command that must not fail.
func do(t testing.TB, c *rediscluster.Client, args ...any) rediscluster.Value {
	t.Helper()
	v, err := c.Do(ctx, args...)
	if err != nil {
		t.Fatalf("%.80q: %v", args, err)
	}
	return v
}

// closedPort is a port where nobody listens.
func closedPort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
