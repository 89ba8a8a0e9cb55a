package rediscluster_test

import (
	"testing"
	"time"
)

// A write goes to the promoted replica, over the client that has written to the master before.
func TestWritesFollowAPromotedReplica(t *testing.T) {
	openEmpty(t)
	all := servers(t, 3)
	port := func(alias string) int { return int(all.Nodes[alias]["port"].(float64)) }
	master := oneServer(port("node_1")).with("refresh_interval", 0).with("read_timeout", 30).open(t)
	replica := oneServer(port("node_3")).with("refresh_interval", 0).with("read_timeout", 30).open(t)
	do(t, master, "CONFIG", "SET", "repl-diskless-sync-delay", 0)
	do(t, replica, "CONFIG", "SET", "repl-diskless-sync-delay", 0)
	do(t, replica, "REPLICAOF", "127.0.0.1", port("node_1"))
	t.Cleanup(func() {
		do(t, master, "REPLICAOF", "NO", "ONE")
		do(t, replica, "REPLICAOF", "NO", "ONE")
		do(t, master, "CONFIG", "SET", "repl-diskless-sync-delay", 5)
		do(t, replica, "CONFIG", "SET", "repl-diskless-sync-delay", 5)
	})
	if n, err := do(t, master, "WAIT", 1, 20_000).Int(); err != nil || n != 1 {
		t.Fatalf("%d replicas follow (%v)", n, err)
	}
	config := oneServer(port("node_1")).with("refresh_interval", 0.05)
	config.Nodes["replica"] = all.Nodes["node_3"]
	c := config.with("master_of", map[string]any{"node_1": "replica"}).open(t)
	do(t, c, "SET", "failover", "before")

	do(t, replica, "REPLICAOF", "NO", "ONE")
	do(t, master, "REPLICAOF", "127.0.0.1", port("node_3"))
	start, failed := time.Now(), 0
	for {
		if _, err := c.Do(ctx, "SET", "failover", "after"); err == nil {
			break
		} else if time.Since(start) > time.Minute {
			t.Fatal("writes do not go on: ", err)
		}
		failed++
	}
	t.Logf("writes go on %v after the failover, %d calls failed", time.Since(start), failed)

	if got := do(t, replica, "GET", "failover").String(); got != "after" {
		t.Errorf("the new master has %q", got)
	}
}
