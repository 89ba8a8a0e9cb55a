package rediscluster_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// A config is the configuration of a test.
type config struct {
	Nodes   map[string]map[string]any `json:"nodes"`
	options map[string]any
}

// servers returns a configuration of the first n servers of REDISCLUSTER_CONFIG.
func servers(t testing.TB, n int) config {
	t.Helper()
	var all config
	if err := json.Unmarshal([]byte(os.Getenv("REDISCLUSTER_CONFIG")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Nodes) < n {
		t.Skipf("needs %d servers, there are %d", n, len(all.Nodes))
	}
	some := config{Nodes: map[string]map[string]any{}, options: map[string]any{"hash_tag": "strip"}}
	for i := 1; i <= n; i++ {
		alias := fmt.Sprintf("node_%d", i)
		some.Nodes[alias] = all.Nodes[alias]
	}
	return some
}

// oneServer returns a configuration of one node on this machine.
func oneServer(port int) config {
	return config{
		Nodes:   map[string]map[string]any{"node_1": {"host": "127.0.0.1", "port": port}},
		options: map[string]any{},
	}
}

// with sets an option.
func (c config) with(name string, value any) config {
	c.options[name] = value
	return c
}

func (c config) String() string {
	all := map[string]any{"nodes": c.Nodes}
	for name, value := range c.options {
		all[name] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// open returns a client that is closed when the test ends.
func (c config) open(t testing.TB) *rediscluster.Client {
	t.Helper()
	client, err := rediscluster.Open(c.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// openEmpty returns a client of three servers without keys.
func openEmpty(t testing.TB) *rediscluster.Client {
	t.Helper()
	return flushAll(t, servers(t, 3).open(t))
}

func flushAll(t testing.TB, c *rediscluster.Client) *rediscluster.Client {
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

// do runs a command and fails the test if the command fails.
func do(t testing.TB, c *rediscluster.Client, args ...any) rediscluster.Value {
	t.Helper()
	v, err := c.Do(ctx, args...)
	if err != nil {
		t.Fatalf("%.80q: %v", args, err)
	}
	return v
}

// closedPort returns a port that no server listens on.
func closedPort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// hangUp makes a fakeServer close the connection instead of replying.
const hangUp = "hang up"

// fakeServer replies to every request with the same bytes.
func fakeServer(t *testing.T, reply string) (port int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				request := make([]byte, 4096)
				for {
					if _, err := connection.Read(request); err != nil {
						return
					}
					if reply == hangUp {
						return
					}
					io.WriteString(connection, reply)
				}
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}
