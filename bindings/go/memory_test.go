package rediscluster_test

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// residentBytes returns the resident memory of this process, including that of the library.
func residentBytes(t *testing.T) int {
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("resident memory is read from Linux: ", err)
	}
	pages, err := strconv.Atoi(string(bytes.Fields(statm)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// requireConstantMemory runs some rounds as a warm-up and fails if the memory grows during the rounds after them.
func requireConstantMemory(t *testing.T, rounds int, round func()) {
	t.Helper()
	requireCountedAllocations(t)
	for i := 0; i < rounds/4; i++ {
		round()
	}
	before := residentBytes(t)
	for i := 0; i < rounds; i++ {
		round()
	}
	const tolerance = 6 << 20
	if grown := residentBytes(t) - before; grown > tolerance {
		t.Errorf("%d bytes more after %d rounds", grown, rounds)
	} else {
		t.Logf("%d bytes more after %d rounds", grown, rounds)
	}
}

func TestRepliesAreFreed(t *testing.T) {
	c := openEmpty(t)
	fillList(t, c, "list", 10_000)
	do(t, c, "SET", "large", make([]byte, 1<<20))
	requireConstantMemory(t, 100, func() {
		do(t, c, "GET", "large")
		do(t, c, "LRANGE", "list", 0, -1)
		p := c.Pipeline()
		for i := 0; i < 1000; i++ {
			p.Add("GET", i)
			p.Add("LPUSH", "large", i)
		}
		if results, err := p.Exec(ctx); len(results) != 2000 || err != results[1].Err {
			t.Fatal(len(results), err)
		}
	})
}

// Small leaks become visible only after many calls.
func TestErrorsAndHandlesAreFreed(t *testing.T) {
	config := servers(t, 3)
	config.Nodes["node_2"] = map[string]any{"host": "127.0.0.1", "port": closedPort(t)}
	c := config.open(t)
	requireConstantMemory(t, 300, func() {
		for i := 0; i < 100; i++ {
			if _, err := rediscluster.Open(`{"nodes": "this is not a configuration"}`); err == nil {
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
