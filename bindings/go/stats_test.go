package rediscluster_test

import (
	"errors"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestStatsCountsWhatServersDo(t *testing.T) {
	c := openEmpty(t)
	before, err := c.Stats()
	if err != nil {
		t.Fatal(err)
	}
	const calls = 256
	node, err := c.NodeFor("key")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < calls; i++ {
		do(t, c, "SET", "key", "value")
	}
	after, err := c.Stats()
	if err != nil {
		t.Fatal(err)
	}
	old, now := before[node.Alias], after[node.Alias]
	if now.Role != "master" || now.Master != node.Alias || now.Breaker != "closed" || now.Reason != "" {
		t.Errorf("%+v", now)
	}
	if n := now.Commands - old.Commands; n < calls || n > 2*calls {
		t.Errorf("%d commands", n)
	}
	if n := now.BytesReceived - old.BytesReceived; n < calls*int64(len("+OK\r\n")) {
		t.Errorf("%d bytes received", n)
	}
	if now.BytesSent-old.BytesSent < calls*int64(len("SETkeyvalue")) || now.Connections.Idle < 1 || now.Connections.Opened < 1 {
		t.Errorf("%+v", now)
	}
	measured := int64(0)
	for i, count := range now.Latency {
		measured += count - old.Latency[i]
	}
	if measured < calls/64 || measured > calls/16 {
		t.Errorf("%d of %d calls measured", measured, calls)
	}
}

func TestStatsCountsErrorsByKind(t *testing.T) {
	c, err := rediscluster.Open(`{"nodes": {"node_1": "redis://127.0.0.1:1"}}`)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 5; i++ {
		if _, err := c.Do(ctx, "SET", "key", "value"); !errors.Is(err, rediscluster.ErrConnect) {
			t.Error(err)
		}
	}
	all, err := c.Stats()
	stats := all["node_1"]
	if err != nil || stats.Breaker != "open" || stats.Reason == "" || stats.Address != "127.0.0.1:1" {
		t.Errorf("%+v %v", stats, err)
	}
	if stats.Errors["connect"] != 2 || stats.Errors["unavailable"] != 3 || len(stats.Errors) < 8 {
		t.Errorf("%v", stats.Errors)
	}
	c.Close()
	if _, err := c.Stats(); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}
