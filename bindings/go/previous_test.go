package rediscluster_test

import (
	"fmt"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

func TestKeysOfThePreviousLayoutAreReadAndMovedByWrites(t *testing.T) {
	flushAll(t, servers(t, 3).open(t))
	all := urls(t)
	before := rediscluster.Config{URLs: all[:2], HashTag: "keep"}
	old, err := rediscluster.Open(before)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	moving, err := rediscluster.Open(rediscluster.Config{
		URLs: all, HashTag: "keep",
		Previous: map[string]any{"nodes": map[string]string{"node_1": all[0], "node_2": all[1]}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer moving.Close()
	moved := 0
	for number := 0; number < 50; number++ {
		key := fmt.Sprintf("key%d", number)
		do(t, old, "SET", key, number)
		if got := do(t, moving, "GET", key).String(); got != fmt.Sprint(number) {
			t.Errorf("%s is %q", key, got)
		}
		node, err := moving.NodeFor(key)
		if err != nil || node.Previous == "" {
			t.Fatalf("%+v (%v)", node, err)
		}
		explanation, err := moving.Explain(ctx, "GET", key)
		if err != nil || explanation.Keys[0].Previous != node.Previous {
			t.Errorf("%+v (%v)", explanation, err)
		}
		if node.Previous == node.Alias {
			continue
		}
		moved++
		if got := do(t, moving, "INCR", key); got.String() != fmt.Sprint(number+1) {
			t.Errorf("INCR %s: %s", key, got)
		}
		if left := do(t, old, "EXISTS", key).String(); left != "0" {
			t.Errorf("%s is still at its old place", key)
		}
	}
	if moved == 0 {
		t.Error("no key had another place")
	}
}
