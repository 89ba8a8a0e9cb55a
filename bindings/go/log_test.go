//go:build cgo

package rediscluster_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestTheLoggerGetsEventsOfServersUntilItIsRemoved(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close() // from now on the port refuses connections
	fail := func(user string) {
		client, err := rediscluster.Open(fmt.Sprintf(`{"nodes": {"node_1": "redis://%s:hidden@%s"}, "breaker_failures": 1}`, user, address))
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if _, err := client.Do(ctx, "GET", "foo"); err == nil {
			t.Fatal("a server that is not there replied")
		}
	}
	var output bytes.Buffer
	rediscluster.SetLogger(slog.New(slog.NewTextHandler(&output, nil)))
	defer rediscluster.SetLogger(nil)
	fail("one")
	text := output.String()
	for _, part := range []string{"level=WARN", "event=breaker_opened", "server=" + address, "refused"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	if strings.Contains(text, "hidden") || strings.Contains(text, "one:") {
		t.Errorf("credentials in %s", text)
	}
	rediscluster.SetLogger(nil)
	output.Reset()
	fail("other")
	if output.Len() > 0 {
		t.Errorf("reported without a logger: %s", output.String())
	}
}

// A handlerFunc is a handler of slog.
type handlerFunc func(slog.Record)

func (handlerFunc) Enabled(context.Context, slog.Level) bool             { return true }
func (f handlerFunc) Handle(_ context.Context, record slog.Record) error { f(record); return nil }
func (f handlerFunc) WithAttrs([]slog.Attr) slog.Handler                 { return f }
func (f handlerFunc) WithGroup(string) slog.Handler                      { return f }

// keysByNode returns a key of each node.
func keysByNode(t *testing.T, c *rediscluster.Client, masters int) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for i := 0; len(keys) < masters; i++ {
		key := fmt.Sprint("key:", i)
		node, err := c.NodeFor(key)
		if err != nil {
			t.Fatal(err)
		}
		keys[node.Alias] = key
	}
	return keys
}

func TestAHandlerCanUseTheClientWhoseBatchHasNoticedAnEvent(t *testing.T) {
	all := servers(t, 1).with("timeout", 600).with("refresh_interval", 0).with("breaker_failures", 1)
	for i, port := range []int{fakeServer(t, ""), closedPort(t), closedPort(t)} {
		all.Nodes[fmt.Sprint("node_", i+2)] = map[string]any{"host": "127.0.0.1", "port": port}
	}
	c := all.open(t)
	keys := keysByNode(t, c, 4)
	hanging, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { c.Do(hanging, "GET", keys["node_2"]); close(ended) }()
	awaitTrue(t, "a call is in progress, so that the next one is in a batch", func() bool {
		all, err := c.Stats()
		return err == nil && all["node_2"].Connections.Open > 0
	})
	var events []string
	rediscluster.SetLogger(slog.New(handlerFunc(func(record slog.Record) {
		events = append(events, record.Message)
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if _, err := c.Do(limited, "SET", keys["node_1"], 1); err != nil {
			t.Error(err)
		}
		if _, err := c.Do(limited, "GET", keys["node_4"]); err == nil {
			t.Error("a server that is not there replied")
		}
	})))
	defer rediscluster.SetLogger(nil)
	if _, err := c.Do(ctx, "GET", keys["node_3"]); err == nil {
		t.Error("a server that is not there replied")
	}
	if len(events) != 1 {
		t.Errorf("%d events, want that of node_3 only: %q", len(events), events)
	}
	cancel()
	<-ended
}
