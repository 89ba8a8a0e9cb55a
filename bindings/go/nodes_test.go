package rediscluster_test

import (
	"errors"
	"reflect"
	"sort"
	"testing"

	rediscluster "github.com/rediscluster/rediscluster/bindings/go"
)

// withReplica makes the third server a writable replica of node_1 until the test ends. It returns a configuration of two
// masters without keys, and a client of the replica.
func withReplica(t *testing.T) (masters config, replica *rediscluster.Client) {
	t.Helper()
	openEmpty(t)
	all := servers(t, 3)
	// Without refresh_interval 0 the library would refuse a replica in the place of a master.
	open := func(alias string) *rediscluster.Client {
		return oneServer(int(all.Nodes[alias]["port"].(float64))).with("refresh_interval", 0).with("read_timeout", 30).open(t)
	}
	master := open("node_1")
	replica = open("node_3")
	do(t, master, "CONFIG", "SET", "repl-diskless-sync-delay", 0)
	do(t, replica, "CONFIG", "SET", "replica-read-only", "no")
	do(t, replica, "REPLICAOF", "127.0.0.1", all.Nodes["node_1"]["port"])
	t.Cleanup(func() {
		do(t, replica, "REPLICAOF", "NO", "ONE")
		do(t, replica, "CONFIG", "SET", "replica-read-only", "yes")
		do(t, master, "CONFIG", "SET", "repl-diskless-sync-delay", 5)
	})
	if n, err := do(t, master, "WAIT", 1, 20_000).Int(); err != nil || n != 1 {
		t.Fatalf("%d replicas follow (%v)", n, err)
	}
	return servers(t, 2), replica
}

// aliases returns the sorted aliases of the servers that reply to a PING on nodes.
func aliases(t *testing.T, c *rediscluster.Client, nodes rediscluster.Nodes) []string {
	t.Helper()
	results, err := c.EachOn(ctx, nodes, "PING")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for alias, result := range results {
		if result.Err != nil || result.Value.String() != "PONG" {
			t.Errorf("%s: %v %v", alias, result.Value, result.Err)
		}
		names = append(names, alias)
	}
	sort.Strings(names)
	return names
}

func TestEachOnReachesTheSelectedServers(t *testing.T) {
	masters, _ := withReplica(t)
	c := masters.open(t)
	for nodes, want := range map[rediscluster.Nodes][]string{
		rediscluster.Masters:  {"node_1", "node_2"},
		rediscluster.Replicas: {"node_1_slave"},
		rediscluster.All:      {"node_1", "node_1_slave", "node_2"},
	} {
		if got := aliases(t, c, nodes); !reflect.DeepEqual(got, want) {
			t.Errorf("nodes %d: %v, want %v", nodes, got, want)
		}
	}
}

func TestEachOnReturnsAnEmptyMapWithoutReplicas(t *testing.T) {
	if got := aliases(t, openEmpty(t), rediscluster.Replicas); len(got) != 0 {
		t.Error(got)
	}
}

func TestEachOnRejectsBadArgumentsAndAClosedClient(t *testing.T) {
	c := openEmpty(t)
	if _, err := c.EachOn(ctx, rediscluster.Nodes(3), "PING"); !errors.Is(err, rediscluster.ErrArgument) {
		t.Error(err)
	}
	if _, err := c.EachOn(ctx, rediscluster.All, nil); !errors.Is(err, rediscluster.ErrArgument) {
		t.Error(err)
	}
	c.Close()
	if _, err := c.EachOn(ctx, rediscluster.All, "PING"); err != rediscluster.ErrClosed {
		t.Error(err)
	}
}

// Only the replica has the key bar, which belongs to node_1.
func TestWithReadSelectsTheServersOfReads(t *testing.T) {
	masters, replica := withReplica(t)
	c := masters.with("read", "replica").open(t)
	do(t, replica, "SET", "bar", "replica")
	fromMaster, err := c.WithRead(rediscluster.ReadMaster)
	if err != nil {
		t.Fatal(err)
	}
	defer fromMaster.Close()
	fromReplica, err := fromMaster.WithRead(rediscluster.ReadReplica)
	if err != nil {
		t.Fatal(err)
	}
	defer fromReplica.Close()
	for _, step := range []struct {
		want   string
		client *rediscluster.Client
	}{{"replica", c}, {"(nil)", fromMaster}, {"replica", fromReplica}} {
		if got := do(t, step.client, "GET", "bar").String(); got != step.want {
			t.Errorf("%s, want %s", got, step.want)
		}
	}
}

func TestAClientFromWithReadIsClosedSeparately(t *testing.T) {
	c := openEmpty(t)
	first, err := c.WithRead(rediscluster.ReadMaster)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.WithRead(rediscluster.ReadMaster)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.Close()
	do(t, c, "SET", "foo", "bar")
	c.Close()
	if got := do(t, second, "GET", "foo").String(); got != "bar" {
		t.Errorf("after the client was closed: %s", got)
	}
	if _, err := first.Do(ctx, "GET", "foo"); err != rediscluster.ErrClosed {
		t.Error(err)
	}
	if _, err := c.WithRead(rediscluster.ReadMaster); err != rediscluster.ErrClosed {
		t.Error(err)
	}
	if _, err := second.WithRead(rediscluster.Read(9)); !errors.Is(err, rediscluster.ErrArgument) {
		t.Error(err)
	}
}
