package rediscluster_test

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// resident is the memory of this process, the library's included, in bytes.
func resident(t *testing.T) int {
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("memory is read where Linux tells of it: ", err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(statm)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// flat runs the rounds and looks whether memory grew over the last of them.
func flat(t *testing.T, rounds int, round func()) {
	t.Helper()
	for i := 0; i < rounds/4; i++ {
		round()
	}
	before := resident(t)
	for i := 0; i < rounds; i++ {
		round()
	}
	const tolerance = 6 << 20
	if grown := resident(t) - before; grown > tolerance {
		t.Errorf("%d bytes more after %d rounds", grown, rounds)
	} else {
		t.Logf("%d bytes more after %d rounds", grown, rounds)
	}
}

func TestMemoryOfReplies(t *testing.T) {
	c := fresh(t)
	fillList(t, c, "list", 10_000)
	do(t, c, "SET", "large", make([]byte, 1<<20))
	flat(t, 100, func() {
		do(t, c, "GET", "large")
		do(t, c, "LRANGE", "list", 0, -1)
		p := c.Pipeline()
		for i := 0; i < 1000; i++ {
			p.Add("GET", i)
			p.Add("LPUSH", "large", i)
		}
		if _, err := p.Exec(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// Small things show when there are many of them.
func TestMemoryOfErrorsAndHandles(t *testing.T) {
	config := servers(t, 3)
	config.Nodes["node_2"] = map[string]any{"host": "127.0.0.1", "port": closedPort(t)}
	c := config.open(t)
	flat(t, 300, func() {
		for i := 0; i < 100; i++ {
			if _, err := rediscluster.Open(`{"nodes": "none of this is a configuration, and the error says so"}`); err == nil {
				t.Fatal("opened")
			}
			if _, err := c.Do(ctx, "MSET", "foo"); err == nil {
				t.Fatal("run")
			}
			if _, err := c.NodeFor("foo"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Each(ctx, "PING"); err != nil {
			t.Fatal(err)
		}
		other, err := rediscluster.Open(config.String())
		if err != nil {
			t.Fatal(err)
		}
		other.Do(ctx, "GET", "key")
		other.Close()
	})
}
